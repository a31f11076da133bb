"""A sweep on a real Slurm, of this machine alone. Skipped where Slurm or the rights to start it are missing."""

import pathlib
import time
import unittest

import slurm
from launcher import TINY, LauncherTest

SWEEP = ["sweep.grid={train.batch_size: [32, 64]}", "sweep.seeds=[0, 1]"]


@unittest.skipIf(slurm.missing(), "Slurm is not tested: this needs " + slurm.missing())
class OnSlurm(LauncherTest):
    def setUp(self):
        super().setUp()
        self.cluster = slurm.Cluster(self.folder / "cluster")
        self.addCleanup(self.cluster.stop)
        self.cluster.start()

    def sweep(self, *overrides):
        return self.fm("sweep", self.experiment, *TINY, *SWEEP, "--slurm", *overrides, env=self.cluster.environment)

    def test_submitted_resubmitted_and_reported(self):
        done = self.sweep("--array-limit=2", "--partition=main", "--slurm-option=--comment=sweep")
        self.assertIn("0 of 4 members are done, 0 wait or run, 4 submitted as job", done.stderr)
        directory = pathlib.Path(done.stdout.splitlines()[-1])
        again = self.sweep()
        self.assertIn("0 submitted", again.stderr)  # all are in the queue
        self.cluster.wait_until_empty(60)
        (directory / "batch_size-64_s1/evaluation.json").unlink()  # as if its node had failed
        lost = self.sweep()
        self.assertIn("3 of 4 members are done, 0 wait or run, 1 submitted", lost.stderr)
        self.cluster.wait_until_empty(60)
        last = self.sweep()
        self.assertIn("4 of 4 members are done", last.stderr)
        self.assertIn("train.batch_size", last.stdout)
        alone = self.run_tiny("train.batch_size=64", "seed=1", "threads=1")
        self.assert_same_results(directory / "batch_size-64_s1", alone)

    def test_a_task_at_its_time_limit_goes_on_in_the_next_turn(self):
        done = self.sweep("sweep.grid={}", "sweep.seeds=[0]", "train.epochs=3000")
        directory = pathlib.Path(done.stdout.splitlines()[-1])
        run, job = directory / "s0", done.stderr.split("as job ")[1].split()[0]
        deadline = time.monotonic() + 60
        while not (run / "checkpoints/last.safetensors").exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.cluster.run("scancel", "--batch", "--signal=USR1", f"{job}_0")  # as Slurm does before the limit
        self.cluster.start_requeued(f"{job}_0")
        self.cluster.wait_until_empty(60)
        self.assertTrue((run / "evaluation.json").exists(), (run / "console.txt").read_text())
        self.assertIn("stopped by a signal", (run / "console.txt").read_text())


if __name__ == "__main__":
    unittest.main()
