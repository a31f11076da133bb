"""The forward pass in NumPy against the C library, on checkpoints of every kind that it reads."""

import pathlib
import tempfile
import unittest

import numpy as np
from libfm_policy import Policy
from numpy_policy import NumpyPolicy
from small_checkpoint import write_checkpoint

CASES = {
    "plain": {},
    "goal": {"goals": ("place",)},
    "history": {"history": 3},
    "history and chunk": {"history": 3, "prediction": 2, "actions": ("left", "right"), "sampler": {"executed": 2, "steps": 3}},
    "hidden": {"hidden": ("speed",)},
    "clipped": {"clip": True},
    "unbounded": {"bounds": (None, None)},
    "float64": {"dtype": np.float64},
    "cosine path, half the noise": {"flow": {"path": "cosine"}, "sampler": {"temperature": 0.5}},
}


class NumpyPolicyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "policy.safetensors"

    def test_agrees_with_the_library(self):
        numbers = np.random.default_rng(1)
        for name, settings in CASES.items():
            with self.subTest(name), Policy(write_checkpoint(self.file, **settings)) as policy:
                reference = NumpyPolicy(self.file)
                history, chunk = settings.get("history", 1), settings.get("prediction", 1)
                for episode in range(5):
                    policy.reset(episode)
                    observations = numbers.normal(size=(history, policy.observation_size))
                    goal = numbers.normal(size=policy.goal_size)
                    noise = numbers.normal(size=policy.noise_size).astype(np.float32)
                    # An episode's first observation fills the history.
                    expected = reference([observations[0]] * history, noise, goal)
                    actions = [policy(observations[0], goal if policy.goals else None, noise) for _ in range(chunk)]
                    np.testing.assert_allclose(actions, expected[:chunk], rtol=0, atol=1e-5)
                    for past in observations:
                        latest = policy(past, goal if policy.goals else None, noise)
                    if chunk == 1:
                        np.testing.assert_allclose([latest], reference(observations, noise, goal), rtol=0, atol=1e-5)

    def test_refuses_what_it_does_not_compute(self):
        for settings in ({"sampler": {"solver": "heun"}}, {"flow": {"target": "data"}}, {"sampler": {"action_noise": 0.1}}):
            with self.subTest(settings), self.assertRaisesRegex(ValueError, "not a flow with an MLP and Euler steps"):
                NumpyPolicy(write_checkpoint(self.file, **settings))


if __name__ == "__main__":
    unittest.main()
