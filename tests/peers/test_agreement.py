"""LibTorch, the C library, the Python module and ONNX Runtime act alike: for the same checkpoint, observation, goal and noise
their actions agree to 1e-5, relative to the largest action where that is above 1. The cases are written by
tests/onnx/agreement_cases_test.cpp into the folder FM_CASES."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import h5py
import numpy as np
import onnx
import onnxruntime
from libfm_policy import Policy
from numpy_policy import NumpyPolicy, read_tensors

FOLDER = pathlib.Path(os.environ["FM_CASES"])
NAMES = sorted(file.stem for file in FOLDER.glob("*.onnx"))
SESSION = onnxruntime.SessionOptions()
SESSION.intra_op_num_threads = SESSION.inter_op_num_threads = 1


class OnnxPolicy:
    """An exported policy in ONNX Runtime."""

    def __init__(self, file):
        self.session = onnxruntime.InferenceSession(file, SESSION, providers=["CPUExecutionProvider"])
        self.inputs = {each.name: each for each in self.session.get_inputs()}
        self.metadata = self.session.get_modelmeta().custom_metadata_map
        self.loop = json.loads(self.metadata["control_loop"])

    def __call__(self, observation, goal, noise):
        """:param noise: (B, samples, H, A), of which the last ones are taken"""
        rows, samples = len(observation), self.loop["noise_samples"]
        feeds = {"observation": observation, "goal": goal,
                 "noise": noise[:, noise.shape[1] - samples:].reshape(rows, -1, noise.shape[-1])}
        return self.session.run(["action"], {name: feeds[name].astype(np.float32) for name in self.inputs})[0]


def module_actions(policy, history, goal, noise, chunk):
    """The predicted chunk (rows, H, A): as long as the history is filled, predictions are executed to their end."""
    rows, length = history.shape[:2]
    policy.set_rows(rows)
    goals = goal if policy.goals else None
    flat = noise.reshape(rows, -1)
    for step in range(chunk):
        policy.act_batch(history[:, max(0, step - chunk + length - 1)], goals, flat)
    return np.stack([policy.act_batch(history[:, -1], goals, flat) for _ in range(chunk)], axis=1)


class AgreementTest(unittest.TestCase):
    def assert_agree(self, actions, expected):
        scale = max(1.0, np.abs(expected).max())
        self.assertLessEqual(np.abs(actions - expected).max() / scale, 1e-5)

    def test_every_runtime_acts_as_libtorch(self):
        compared = {"library": 0, "module": 0, "numpy": 0, "onnx": 0}
        for name in NAMES:
            with self.subTest(name):
                numbers = read_tensors(FOLDER / f"{name}.numbers")[1]
                observation, goal, noise, expected = (numbers[key] for key in ("observation", "goal", "noise", "libtorch"))
                self.assertTrue(np.isfinite(expected).all())
                exported = OnnxPolicy(FOLDER / f"{name}.onnx")
                self.assert_agree(exported(observation, goal, noise), expected)
                self.assert_agree(exported(observation[1:2], goal[1:2], noise[1:2]), expected[1:2])
                compared["onnx"] += 1
                checkpoint = FOLDER / f"{name}.safetensors"
                if "library" in numbers:
                    self.assert_agree(numbers["library"], expected)
                    compared["library"] += 1
                    with Policy(checkpoint) as policy:
                        self.assert_agree(module_actions(policy, observation, goal, noise, expected.shape[1]), expected)
                    compared["module"] += 1
                try:
                    reference = NumpyPolicy(checkpoint)
                except ValueError:
                    continue
                self.assert_agree(np.stack([reference(*row) for row in zip(observation, noise, goal)]), expected)
                compared["numpy"] += 1
        self.assertGreater(compared["onnx"], 130)
        self.assertEqual(compared["module"], compared["library"])
        self.assertGreater(compared["library"], 70)
        self.assertGreater(compared["numpy"], 5)

    def test_the_files_keep_to_the_standard(self):
        for name in NAMES:
            with self.subTest(name):
                onnx.checker.check_model(str(FOLDER / f"{name}.onnx"), full_check=True)

    def test_inputs_are_those_that_the_action_depends_on(self):
        for name, inputs in [("flow, mlp", {"observation": ["batch", 2, 3], "goal": ["batch", 1], "noise": ["batch", 3, 2]}),
                             ("mse, mlp", {"observation": ["batch", 2, 3], "goal": ["batch", 1]}),
                             ("temperature 0", {"observation": ["batch", 2, 3], "goal": ["batch", 1]}),
                             ("guidance 0, learned", {"observation": ["batch", 2, 3], "noise": ["batch", 3, 2]}),
                             ("gaussian, mlp", {"observation": ["batch", 2, 3], "goal": ["batch", 1], "noise": ["batch", 6, 2]}),
                             ("ddpm", {"observation": ["batch", 2, 3], "goal": ["batch", 1], "noise": ["batch", 24, 2]}),
                             ("one step without a goal, flow, mlp", {"observation": ["batch", 1, 3], "noise": ["batch", 1, 2]})]:
            with self.subTest(name):
                exported = OnnxPolicy(FOLDER / f"{name}.onnx")
                self.assertEqual({key: each.shape for key, each in exported.inputs.items()}, inputs)
                output, = exported.session.get_outputs()
                chunk = 1 if name.startswith("one step") else 3
                self.assertEqual((output.name, output.shape), ("action", ["batch", chunk, 2]))

    def test_actions_are_within_the_bounds_and_hidden_observations_do_not_matter(self):
        numbers = np.random.default_rng(0)
        bounded = OnnxPolicy(FOLDER / "bounds.onnx")
        actions = bounded(*(3 * numbers.normal(size=size) for size in ((500, 2, 3), (500, 1), (500, 1, 3, 2)))).astype(float)
        self.assertTrue((actions >= [-0.1, -np.inf]).all() and (actions <= [0.3, 0.2]).all())
        self.assertAlmostEqual(actions[..., 0].min(), -0.1, places=6)
        self.assertAlmostEqual(actions.max(), 0.3, places=6)
        self.assertLess(actions[..., 1].min(), -0.3)
        hidden = OnnxPolicy(FOLDER / "one step without a goal, flow, mlp.onnx")
        observation, noise = numbers.normal(size=(2, 1, 3)), np.ones((2, 1, 1, 2))
        changed = observation.copy()
        changed[..., 1] = np.nan
        np.testing.assert_array_equal(hidden(changed, None, noise), hidden(observation, None, noise))

    def test_the_metadata_say_what_the_policy_is_and_what_is_left_to_the_caller(self):
        metadata = OnnxPolicy(FOLDER / "flow, mlp.onnx").metadata
        self.assertEqual(json.loads(metadata["control_loop"]), {
            "observations": 2, "prediction": 3, "executed": 3, "ensemble": 0.0, "warm_start": 0.0, "delay": 0,
            "rate_limit": [], "noise_samples": 1, "time_step": 0.02})
        self.assertEqual(json.loads(metadata["spec"])["observations"][1],
                         {"name": "speed", "unit": "rad", "low": -8.0, "high": 8.0})
        self.assertEqual(json.loads(metadata["policy"])["name"], "flow")
        self.assertEqual(metadata["digest"], read_tensors(FOLDER / "flow, mlp.safetensors")[0]["digest"])

    # The command.

    def export(self, *arguments):
        done = subprocess.run([os.environ["FM"], "export", *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_the_command_exports_with_other_settings_of_the_sampler(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "policy.onnx"
            checkpoint = FOLDER / "flow, mlp.safetensors"
            self.assertEqual(self.export(checkpoint, "--onnx", file)[:2], (0, f"{file}\n"))
            self.assertEqual(file.read_bytes(), (FOLDER / "flow, mlp.onnx").read_bytes())
            code, _, error = self.export(checkpoint, "--onnx", file)
            self.assertEqual(code, 2)
            self.assertIn("exists already", error)
            file.unlink()
            self.assertEqual(self.export(checkpoint, "--onnx", file, "sampler.solver=heun")[0], 0)
            numbers = read_tensors(FOLDER / "heun.numbers")[1]
            self.assert_agree(OnnxPolicy(file)(numbers["observation"], numbers["goal"], numbers["noise"]), numbers["libtorch"])
            file.unlink()
            for settings, message in [(["sampler.solver=dopri5"], "sampler.solver: 'dopri5' adapts its steps"),
                                      (["sampler.step=3"], "sampler.step"), (["train.epochs=3"], "is fixed by training"),
                                      (["sampler.steps=0"], "sampler.steps")]:
                with self.subTest(settings):
                    code, _, error = self.export(checkpoint, "--onnx", file, *settings)
                    self.assertEqual(code, 2, error)
                    self.assertIn(message, error)
            code, _, error = self.export(FOLDER / "mse, mlp.safetensors", "--onnx", file, "sampler.guidance=2")
            self.assertEqual(code, 2)
            self.assertIn("does not support guidance", error)


class ControlLoopTest(unittest.TestCase):
    def test_the_loop_that_the_metadata_describe_repeats_the_recorded_actions(self):
        """History, chunks and changing goals, without noise."""
        settings = ["env.name=pendulum_spin", "expert.name=spin_energy", "collect.episodes=4", "train.epochs=2", "train.best=loss",
                    "train.rollout.every=0", "eval.episodes=2", "report.figures=false", "device=cpu", "threads=1",
                    "network.name=gru", "network.gru.width=8", "network.mlp.hidden=[16]", "network.time_embedding=8",
                    "policy.horizon.observations=3", "policy.horizon.prediction=5", "sampler.executed=4", "sampler.steps=3",
                    "sampler.temperature=0"]
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "loop.yaml").write_text("name: loop\n")
            done = subprocess.run([os.environ["FM"], "run", "loop.yaml", *settings], cwd=folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            run = pathlib.Path(done.stdout.splitlines()[-1])
            subprocess.run([os.environ["FM"], "export", run, "--onnx", run / "policy.onnx"], check=True, capture_output=True)
            policy = OnnxPolicy(run / "policy.onnx")
            with h5py.File(run / "evaluation.h5") as file:
                episodes = [file["policy"][name][()] for name in ("observations", "goals", "actions")]
        self.assertEqual(set(policy.inputs), {"observation", "goal"})
        for observations, goals, actions in zip(*episodes):
            self.assertGreater(len(np.unique(goals[:-1], axis=0)), 1)
            np.testing.assert_allclose(self.acted(policy, observations, goals, len(actions)), actions, rtol=0, atol=1e-5)

    def acted(self, policy, observations, goals, steps):
        actions, begun = [], None
        for step in range(steps):
            if begun is None or step - begun == policy.loop["executed"] or (goals[step] != goals[step - 1]).any():
                seen = [max(0, past) for past in range(step - policy.loop["observations"] + 1, step + 1)]
                chunk, begun = policy(observations[None, seen], goals[None, step], np.empty((1, 0, 5, 1)))[0], step
            actions.append(chunk[step - begun])
        return actions


if __name__ == "__main__":
    unittest.main()
