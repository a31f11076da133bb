"""The Python module over libfm_policy.so: what it checks, what it describes, and that it acts as the C library does."""

import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import libfm_policy
import numpy as np
from libfm_policy import Dimension, Policy
from small_checkpoint import write_checkpoint

MODULE = pathlib.Path(libfm_policy.__file__)


class PolicyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def policy(self, rows=1, seed=0, weights="float32", **settings):
        policy = Policy(write_checkpoint(self.folder / "policy.safetensors", **settings), rows=rows, seed=seed, weights=weights)
        self.addCleanup(policy.close)
        return policy

    def test_describes_the_policy(self):
        policy = self.policy(goals=("place",), actions=("left", "right"), bounds=(-2.0, None), prediction=3)
        self.assertEqual(policy.observations[1], Dimension("speed", "rad", -1.0, 1.0))
        self.assertEqual(policy.goals, (Dimension("place", "m", -1.0, 1.0),))
        self.assertEqual(policy.actions[1], Dimension("right", "N m", -2.0, math.inf))
        self.assertEqual((policy.observation_size, policy.goal_size, policy.action_size, policy.noise_size), (3, 1, 2, 6))
        self.assertEqual((policy.time_step, policy.rows), (0.02, 1))

    def test_acts_within_the_bounds_from_numbers_of_any_kind(self):
        policy = self.policy(bounds=(-0.01, 0.01))
        action = policy([3, 2, 1])
        self.assertEqual((action.dtype, action.shape), (np.float64, (1,)))
        self.assertEqual(abs(action[0]), 0.01)
        policy = self.policy(bounds=(None, None))
        reference = policy(np.array([1.0, 2.0, 3.0]), noise=[0.5])
        for kind in (np.float32, np.float16, np.int8, np.uint64):
            np.testing.assert_array_equal(policy(np.array([1, 2, 3], kind), noise=[0.5]), reference)
        np.testing.assert_array_equal(policy(np.arange(1.0, 7.0)[::-1][3:][::-1], noise=[0.5]), reference)
        returned = policy([1, 2, 3], noise=[0.5])
        policy([3, 2, 1], noise=[0.5])
        np.testing.assert_array_equal(returned, reference)  # the array is the caller's

    def test_the_noise_is_a_function_of_seed_episode_and_step(self):
        def actions(policy, episode):
            policy.reset(episode)
            return [float(policy([0.1, 0.2, 0.3])[0]) for _ in range(3)]

        policy = self.policy(bounds=(None, None))
        first = [float(policy([0.1, 0.2, 0.3])[0]) for _ in range(3)]
        self.assertEqual(len(set(first)), 3)
        self.assertEqual(actions(policy, 0), first)
        self.assertNotEqual(actions(policy, 1), first)
        self.assertEqual(actions(self.policy(bounds=(None, None)), 2**64 - 1), actions(policy, 2**64 - 1))
        self.assertNotEqual(actions(self.policy(bounds=(None, None), seed=1), 0), first)

    def test_rows_act_as_policies_of_their_own(self):
        settings = {"goals": ("place",), "bounds": (None, None), "history": 2, "prediction": 3, "sampler": {"executed": 2}}
        numbers = np.random.default_rng(0)
        together, alone = self.policy(rows=3, **settings), [self.policy(**settings) for _ in range(3)]
        for i, policy in enumerate(alone):
            policy.reset(i)
        for step in range(6):
            if step == 3:
                together.reset(7, row=1)
                alone[1].reset(7)
            observations, goals = numbers.normal(size=(3, 3)), np.full((3, 1), 0.2)
            noise = None if step < 5 else numbers.normal(size=(3, together.noise_size))
            actions = together.act_batch(observations, goals, noise)
            for i, policy in enumerate(alone):
                np.testing.assert_allclose(actions[i], policy(observations[i], goals[i], None if noise is None else noise[i]),
                                           rtol=0, atol=1e-5)
        with self.assertRaisesRegex(ValueError, "3 rows, which act_batch acts for"):
            together(observations[0], goals[0])
        together.set_rows(1)
        self.assertEqual(together(observations[0], goals[0]).shape, (1,))

    def test_bfloat16_weights_differ_within_their_rounding(self):
        exact, rounded = (self.policy(bounds=(None, None), weights=weights)([1, 2, 3], noise=[0.5])[0]
                          for weights in ("float32", "bfloat16"))
        self.assertNotEqual(exact, rounded)
        self.assertAlmostEqual(exact, rounded, delta=0.05 * max(1.0, abs(exact)))

    def test_wrong_input_is_a_value_error_that_says_what_is_wrong(self):
        policy = self.policy(goals=("place",), hidden=("height",))
        for arguments, message in [
                (([1, 2], [0]), r"observation: expected shape \(3,\), found \(2,\)"),
                (([[1, 2, 3]], [0]), r"observation: expected shape \(3,\), found \(1, 3\)"),
                (([1, 2, 3], 0), r"goal: expected shape \(1,\), found \(\)"),
                (([1, 2, 3],), "goal: the policy needs one, of place"),
                (([1, 2, 3], [0], [1, 2]), r"noise: expected shape \(1,\), found \(2,\)"),
                ((["a", "b", "c"], [0]), "observation: expected numbers, found dtype <U1"),
                (([1j, 2, 3], [0]), "observation: expected numbers, found dtype complex128"),
                (([1, math.nan, 3], [0]), r"observation\[1\], 'speed', is nan"),
                (([1, 2, 3], [math.inf]), r"goal\[0\], 'place', is inf"),
                (([1, 2, 3], [0], [math.nan]), r"noise\[0\] is nan")]:
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                policy(*arguments)
        hidden = policy([1, 2, math.nan], [0], [0.5])
        np.testing.assert_array_equal(hidden, policy([1, 2, 7], [0], [0.5]))

        plain = self.policy(rows=2)
        for arguments, message in [
                ((np.zeros(3),), r"observation: expected shape \(2, 3\), found \(3,\)"),
                ((np.zeros((2, 3)), np.zeros((2, 1))), r"goal: expected shape \(2, 0\), found \(2, 1\)"),
                (([[0, 0, 0], [0, math.inf, 0]],), r"observation\[1, 1\], 'speed', is inf")]:
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                plain.act_batch(*arguments)
        for call, message in [(lambda: plain.reset(-1), "episode: expected a number from 0"),
                              (lambda: plain.reset(0, row=2), "row: there are 2, found 2"),
                              (lambda: plain.set_rows(0), "rows: must be at least 1, found 0"),
                              (lambda: plain.set_rows(2.0), "rows: expected a whole number, found 2.0"),
                              (lambda: self.policy(seed=1.0), "seed: expected a whole number, found 1.0"),
                              (lambda: self.policy(seed=2**64), "seed: expected a number from 0"),
                              (lambda: self.policy(weights="float16"), "weights: expected one of float32, bfloat16")]:
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                call()

    def test_refused_input_leaves_the_memory_as_it_was(self):
        settings = {"history": 3, "prediction": 4, "bounds": (None, None), "sampler": {"executed": 2}}
        undisturbed, disturbed = self.policy(**settings), self.policy(**settings)
        for step in range(6):
            with self.assertRaises(ValueError):
                disturbed([0, math.nan, 0])
            observation = [0.1 * step, 0.2, 0.3]
            np.testing.assert_array_equal(disturbed(observation), undisturbed(observation))

    def test_an_action_that_is_not_finite_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "the action of 1 of 1 rows is not finite"):
            self.policy(bounds=(None, None))([1e300, 0, 0])

    def test_a_policy_can_be_closed_once_or_twice(self):
        with self.policy() as policy:
            policy([0, 0, 0])
        policy.close()
        with self.assertRaisesRegex(ValueError, "the policy is closed"):
            policy([0, 0, 0])

    def test_a_file_that_is_no_checkpoint_is_refused(self):
        text = self.folder / "text.safetensors"
        text.write_text("no checkpoint")
        for file in (text, self.folder / "missing.safetensors"):
            with self.subTest(file), self.assertRaisesRegex(ValueError, file.name):
                Policy(file)
        with self.assertRaisesRegex(ValueError, "null character"):
            Policy("policy\0.safetensors")

    # Where the library is found.

    def act_elsewhere(self, module, library):
        """Acts with a copy of the module in an interpreter of its own. @return its exit code and what it prints"""
        file = write_checkpoint(self.folder / "policy.safetensors")
        program = f"import libfm_policy; print(libfm_policy.Policy({str(file)!r})([0, 0, 0]).shape)"
        environment = {key: value for key, value in os.environ.items() if key != "FM_POLICY_LIBRARY"}
        environment |= {"PYTHONPATH": str(module)} | ({"FM_POLICY_LIBRARY": str(library)} if library else {})
        done = subprocess.run([sys.executable, "-B", "-c", program], env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def copy(self, folder):
        (folder / "libfm_policy").mkdir(parents=True, exist_ok=True)
        shutil.copy(MODULE, folder / "libfm_policy")
        return folder

    def test_finds_the_library(self):
        built = os.environ["FM_POLICY_LIBRARY"]
        name = "libfm_policy.so.2"
        for module, library in [("beside", f"beside/libfm_policy/{name}"),
                                ("prefix/share/libfm/python", f"prefix/lib/x86_64-linux-gnu/{name}"),
                                ("prefix64/share/libfm/python", f"prefix64/lib64/{name}"),
                                ("tree/libfm/python", f"tree/build/release/libfm/{name}")]:
            with self.subTest(module):
                (self.folder / library).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(built, self.folder / library)
                self.assertEqual(self.act_elsewhere(self.copy(self.folder / module), None), (0, "(1,)\n"))
        self.assertEqual(self.act_elsewhere(self.copy(self.folder / "bare"), built), (0, "(1,)\n"))

    def test_without_the_library_the_error_says_how_to_get_it(self):
        code, text = self.act_elsewhere(self.copy(self.folder / "bare"), None)
        self.assertEqual(code, 1)
        self.assertRegex(text, r"OSError: libfm_policy: libfm_policy.so.2 cannot be loaded .*scripts/build fm_policy_c")

    def test_another_library_or_version_is_refused(self):
        bare = self.copy(self.folder / "bare")
        for name, source, message in [("old", "int fm_policy_version(void) { return 1; }", "has version 1 of the interface, .* needs 2"),
                                      ("part", "int fm_policy_version(void) { return 2; }", "or older than this module"),
                                      ("other", "int other(void) { return 1; }", "is no libfm_policy.so")]:
            with self.subTest(name):
                (self.folder / f"{name}.c").write_text(source)
                library = self.folder / f"{name}.so"
                subprocess.run(["cc", "-shared", "-fPIC", "-o", library, self.folder / f"{name}.c"], check=True)
                code, text = self.act_elsewhere(bare, library)
                self.assertEqual(code, 1)
                self.assertRegex(text, message)


if __name__ == "__main__":
    unittest.main()
