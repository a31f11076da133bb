"""libfm/examples/evaluate_gymnasium.py in environments of every kind that it supports."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from small_checkpoint import write_checkpoint

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "libfm/examples/evaluate_gymnasium.py"
RESULT = r"(\d+) episodes of \S+, seeds from (\d+) on; 95 % intervals\nreturn +(\S+) \+- (\S+)\nlargest reward +(\S+) \+- (\S+)\n"


class EvaluateGymnasiumTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "policy.safetensors"

    def evaluate(self, env, *arguments, expect=0, **settings):
        write_checkpoint(self.file, **settings)
        done = subprocess.run([sys.executable, "-B", EXAMPLE, self.file, env, *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout if expect == 0 else done.stderr

    def test_pendulum(self):
        text = self.evaluate("Pendulum-v1", "--episodes", "5", "--seed", "3", bounds=(-2.0, 2.0))
        episodes, seed, mean, half, largest, _ = re.fullmatch(RESULT, text).groups()
        self.assertEqual((episodes, seed), ("5", "3"))
        self.assertTrue(-2000 < float(mean) < 0 and float(half) > 0 and -17 < float(largest) <= 0)
        # Episodes do not depend on how many copies act together.
        self.assertEqual(text, self.evaluate("Pendulum-v1", "--episodes", "5", "--seed", "3", "--copies", "2", bounds=(-2.0, 2.0)))

    def test_goals(self):
        text = self.evaluate("test_envs:test/Reach-v0", "--episodes", "4", observations=("x", "move", "reached"), goals=("wanted",),
                             bounds=(-0.5, 0.5))
        self.assertRegex(text, RESULT + r"success +\d+\.0 %\n")

    def test_discrete_actions(self):
        text = self.evaluate("CartPole-v1", "--episodes", "4", observations=tuple("abcd"), actions=("left", "right"))
        self.assertEqual(float(re.fullmatch(RESULT, text).group(5)), 1.0)

    def test_what_does_not_fit_is_refused(self):
        for env, message, settings in [
                ("Pendulum-v1", "the observation of the environment has 3 numbers, the policy's 2", {"observations": ("a", "b")}),
                ("Pendulum-v1", "the goal of the environment has 0 numbers, the policy's 1", {"goals": ("a",)}),
                ("Pendulum-v1", "the action of the environment has 1 numbers, the policy's 2", {"actions": ("a", "b")}),
                ("test_envs:test/Reach-v0", "the goal of the environment has 1 numbers, the policy's 0", {}),
                ("test_envs:test/Spaces-v0", "actions of type Dict are not supported", {}),
                ("NoSuch-v0", "`NoSuch` doesn't exist", {})]:
            with self.subTest(env=env, message=message):
                self.assertIn(message, self.evaluate(env, expect=2, **settings))


if __name__ == "__main__":
    unittest.main()
