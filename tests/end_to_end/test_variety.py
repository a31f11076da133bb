"""Every environment, policy and network in a whole run."""

import json
import math
import re
import shutil

from launcher import TINY, LauncherTest
from motion_clip import write_clip

QUICK = ["train.epochs=1", "train.rollout.every=0", "train.best=loss", "eval.episodes=4"]


class VarietyTest(LauncherTest):
    def run_quick(self, *overrides):
        run = self.run_tiny(*QUICK, *overrides)
        evaluation = self.evaluation(run)
        self.assertTrue(math.isfinite(evaluation["policy"]["return"]["mean"]))
        return run, evaluation

    def test_every_environment_runs_with_its_expert(self):
        cases = {"two_modes": "two_modes", "pendulum_target": "target_lqr", "pendulum_spin": "spin_energy",
                 "toy_2d": "toy_2d", "hopper": "random", "cart_pole_swing_up": "predictive_sampling",
                 "humanoid_velocity": "zero"}
        for env, expert in cases.items():
            with self.subTest(env=env):
                _, evaluation = self.run_quick(f"env.name={env}", f"expert.name={expert}", "collect.episodes=10",
                                               "expert.two_modes.resolution=60", "expert.predictive_sampling.samples=4",
                                               "expert.predictive_sampling.horizon=0.1", "env.cart_pole_swing_up.horizon=50")
                self.assertEqual(evaluation["env"], env)
                metric = {"toy_2d": "wasserstein_2", "hopper": "speed", "humanoid_velocity": "episode_steps"}.get(env, "action_jerk")
                self.assertIn(metric, evaluation["policy"]["metrics"])

    def test_a_humanoid_follows_a_motion_clip(self):
        clip = self.folder / "clip.txt"
        write_clip(clip)
        settings = ["env.name=humanoid_motion", f"env.humanoid_motion.clip={clip}", "expert.name=zero", "collect.episodes=4"]
        _, evaluation = self.run_quick(*settings)
        metrics = evaluation["policy"]["metrics"]
        self.assertLess(metrics["torso_error"], 0.5)  # farther away an episode ends
        self.assertGreater(metrics["joint_error"], 0.0)
        write_clip(clip, frames=1)
        refused = self.fm("run", self.experiment, *TINY, *settings, expect=2)
        self.assertIn("has fewer than two frames", refused.stderr)
        clip.unlink()
        refused = self.fm("run", self.experiment, *TINY, *settings, expect=2)
        self.assertIn("is no file", refused.stderr)

    def test_a_trained_policy_is_an_expert(self):
        teacher, _ = self.run_quick("train.epochs=40", "collect.episodes=30", "policy.horizon.prediction=3", "sampler.executed=3")
        copy = self.folder / "teacher.safetensors"
        shutil.copy(teacher / "checkpoints/best.safetensors", copy)
        for source in (teacher, copy):
            _, evaluation = self.run_quick("expert.name=policy", f"expert.policy.from={source}", "collect.rounds=1",
                                           "collect.round_episodes=2", "collect.round_epochs=1")
            returns = evaluation["expert"]["return"]["mean"]
        self.assertTrue(math.isfinite(returns))
        # The data are the copy's: another checkpoint of the same name collects anew.
        cached = set((self.folder / "runs/cache").glob("data_*"))
        other, _ = self.run_quick("seed=5")
        shutil.copy(other / "checkpoints/best.safetensors", copy)
        before = set((self.folder / "runs/cache").glob("data_*"))
        self.run_quick("expert.name=policy", f"expert.policy.from={copy}")
        self.assertEqual(len(set((self.folder / "runs/cache").glob("data_*")) - before), 1)
        self.assertGreater(len(before), len(cached))

        file = self.folder / "teacher.yaml"
        file.write_text("name: teacher\n" + "collect: {episodes: 3}\nnetwork: {mlp: {hidden: [8]}, time_embedding: 8}\n"
                        "train: {epochs: 1, rollout: {every: 0}, best: loss}\neval: {episodes: 2}\nreport: {figures: false}\n")
        self.run_quick("expert.name=policy", f"expert.policy.from={file}")
        self.assertEqual(len(list((self.folder / "runs/teacher").iterdir())), 1)

        # A student's checkpoint on its own does not say where its teacher is.
        student, _ = self.run_quick("expert.name=policy", f"expert.policy.from={teacher}")
        lone = self.folder / "student.safetensors"
        shutil.copy(student / "checkpoints/best.safetensors", lone)
        for settings, has_expert in [([], False), ([f"expert.policy.from={teacher}"], True)]:
            results = self.folder / self.fm("eval", lone, *settings).stdout.splitlines()[-1]
            self.assertEqual(self.evaluation(results)["expert"] is not None, has_expert)

        chosen = self.fm("eval", lone, "expert.name=policy", expect=2)
        self.assertIn("expert.policy.from: give a run directory", chosen.stderr)

        for source, message in [("''", "expert.policy.from: give a run directory, a checkpoint or an experiment file"),
                                (self.folder / "gone", "gone: no such file")]:
            refused = self.fm("run", self.experiment, *TINY, "expert.name=policy", f"expert.policy.from={source}", expect=2)
            self.assertIn(message, refused.stderr)
        refused = self.fm("run", self.experiment, *TINY, "env.name=hopper", "expert.name=policy",
                          f"expert.policy.from={teacher}", expect=2)
        self.assertIn("expert.policy.from: 'hopper' has the observations", refused.stderr)

    def test_every_policy_runs(self):
        teacher, _ = self.run_quick()
        for name in ("flow", "mean_flow", "shortcut", "reflow", "one_step", "mse", "mip", "gaussian", "diffusion",
                     "score", "normalising_flow"):
            with self.subTest(policy=name):
                _, evaluation = self.run_quick(f"policy.name={name}", f"policy.teacher={teacher}")
                self.assertGreater(evaluation["latency"]["nfe"], 0)

    def test_every_network_runs_with_history_and_chunks(self):
        for name in ("mlp", "residual_mlp", "transformer", "unet", "gru"):
            with self.subTest(network=name):
                self.run_quick(f"network.name={name}", "network.residual_mlp.width=8", "network.gru.width=8",
                               "network.transformer.width=8", "network.transformer.heads=2",
                               "network.unet.channels=[8, 12]", "network.unet.groups=4",
                               "policy.horizon.observations=3", "policy.horizon.prediction=4", "sampler.executed=2",
                               "sampler.ensemble=0.1", "sampler.warm_start=0.5")

    def test_a_recurrent_network_finds_the_velocity_that_is_hidden(self):
        def error(*overrides):
            _, evaluation = self.run_quick("policy.hidden=[omega]", "policy.name=mse", "collect.episodes=30", "train.epochs=40",
                                           "network.mlp.hidden=[32, 32]", "train.learning_rate=0.004", "threads=1", *overrides)
            return evaluation["action_error"]["rmse"]

        seen_once = error("network.name=mlp")
        self.assertLess(error("network.name=gru", "network.gru.width=32", "policy.horizon.observations=4"), 0.75 * seen_once)
        refused = self.fm("run", self.experiment, *TINY, "policy.hidden=[velocity]", expect=2)
        self.assertIn("policy.hidden: no observation or goal 'velocity' (known: cos_theta, sin_theta, omega)", refused.stderr)

    def test_the_log_probability_is_reported_by_policies_that_have_one(self):
        for name in ("flow", "gaussian"):
            _, evaluation = self.run_quick(f"policy.name={name}", "eval.log_probability=true")
            self.assertTrue(math.isfinite(evaluation["policy"]["metrics"]["log_probability"]))
        _, chunks = self.run_quick("policy.horizon.prediction=10", "eval.log_probability=true", "eval.probes=2")
        self.assertTrue(math.isfinite(chunks["policy"]["metrics"]["log_probability"]))
        refused = self.fm("run", self.experiment, *TINY, *QUICK, "policy.name=mse", "eval.log_probability=true", expect=2)
        self.assertIn("eval.log_probability", refused.stderr)

    def test_a_teacher_named_by_its_experiment_is_trained_first_and_once(self):
        (self.folder / "teacher.yaml").write_text(
            "name: teacher\n" + "collect: {episodes: 6}\ntrain: {epochs: 1, rollout: {every: 0}, best: loss}\n"
            "network: {mlp: {hidden: [8]}}\neval: {episodes: 2}\nreport: {figures: false}\n")
        for _ in range(2):
            run, _ = self.run_quick("policy.name=one_step", "policy.teacher=teacher.yaml")
            self.assertTrue((run / "teacher.safetensors").is_file())
        self.assertEqual(len(list((self.folder / "runs/teacher").iterdir())), 1)
        refused = self.fm("run", self.experiment, *TINY, "policy.name=reflow", expect=2)
        self.assertIn("policy.teacher", refused.stderr)

    def test_rounds_add_the_students_states_with_the_experts_labels(self):
        plain, _ = self.run_quick()
        run, _ = self.run_quick("collect.rounds=2", "collect.round_episodes=3", "collect.round_epochs=1")
        rows = [int(re.findall(r"train: (\d+) rows", (directory / "log.txt").read_text())[-1])
                for directory in (plain, run)]
        self.assertGreaterEqual(rows[1] - rows[0], 2 * 2 * 200)  # two rounds of three episodes, of which at most one is held out
        for number in (1, 2):
            self.assertTrue((run / f"rounds/{number}/data.h5").is_file())
            self.assertTrue((run / f"rounds/{number}/checkpoints/last.safetensors").is_file())
        again, _ = self.run_quick("collect.rounds=2", "collect.round_episodes=3", "collect.round_epochs=1")
        self.assert_same_results(run, again)

    def test_the_evaluation_reports_smoothness_jerk_and_straightness(self):
        _, evaluation = self.run_quick()
        for actor in ("policy", "expert"):
            self.assertGreater(evaluation[actor]["metrics"]["action_jerk"], 0)
        self.assertGreaterEqual(evaluation["policy"]["metrics"]["path_straightness"], 0)
        json.dumps(evaluation, allow_nan=False)
