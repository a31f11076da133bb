"""Training on more data than train.memory holds."""

import os
import resource

import h5py
import numpy as np

from launcher import LauncherTest

MEMORY = 0.03  # GiB
EPISODE = 1000 * (20 * 8 + 10)  # about its bytes in memory
SETTINGS = ["env.name=none", "network.mlp.hidden=[16]", "network.time_embedding=8", "train.epochs=2", "sampler.steps=2",
            "threads=1", "device=cpu", "report.figures=false", "train.validation=0.02", f"train.memory={MEMORY}"]


class LargeDataTest(LauncherTest):
    def write(self, name, episodes):
        random = np.random.default_rng(0)
        with h5py.File(self.folder / name, "w") as file:
            for n in range(episodes):
                observations = random.normal(size=(1001, 16)).astype("f4")
                file[f"episodes/{n}/observations"] = observations
                file[f"episodes/{n}/actions"] = observations[:-1, :4] * 0.5

    def train(self, name):
        """Returns the largest memory of any process so far, KiB."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        log = self.fm("run", self.experiment, f"data.files=[{name}]", *SETTINGS, env=dict(os.environ, TMPDIR=scratch)).stderr
        self.assertEqual(list(scratch.iterdir()), [])
        return log, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss

    def test_memory_does_not_grow_with_the_data(self):
        fits = int(MEMORY * 2**30 / EPISODE)
        self.write("small.h5", fits)
        self.write("large.h5", 10 * fits)
        _, small = self.train("small.h5")
        log, large = self.train("large.h5")
        self.assertIn("the rows are more than train.memory: 0.03 GiB holds; they are read in", log)
        self.assertIn("training rows, for comparison, as many as train.memory holds", log)
        self.assertLess(large, 1.3 * small)
