"""Runs that are stopped by signals at any point and resumed give the same bytes as uninterrupted runs."""

import pathlib
import signal
import subprocess
import time

from launcher import FM, TINY, LauncherTest

# Long enough to be stopped during training; saved at every step, so that a kill loses little.
LONGER = [*TINY, "train.epochs=40", "train.checkpoint_seconds=0"]


class ResumeTest(LauncherTest):
    def start(self, runs):
        return subprocess.Popen([FM, "run", self.experiment, *LONGER, f"runs={runs}"], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for(self, process, runs, pattern):
        """Waits until a file of the run exists; fails if the run ends before."""
        while process.poll() is None:
            found = list((self.folder / runs).glob(pattern))
            if found:
                return found[0]
            time.sleep(0.002)
        self.fail(f"the run ended before {pattern} was there:\n{process.communicate()}")

    def uninterrupted(self):
        done = self.fm("run", self.experiment, *LONGER, "runs=whole")
        return pathlib.Path(done.stdout.splitlines()[-1])

    def stopped(self, runs, pattern, number, wait=0.0):
        process = self.start(runs)
        self.wait_for(process, runs, pattern)
        time.sleep(wait)
        process.send_signal(number)
        process.communicate()
        directories = [path.parent for path in (self.folder / runs).glob("tiny/*/config.yaml")]
        return directories[0], process.returncode

    def test_interrupts_save_and_exit_with_the_signals_code(self):
        whole = self.uninterrupted()
        for name, number, code in (("int", signal.SIGINT, 130), ("term", signal.SIGTERM, 143)):
            run, returncode = self.stopped(name, "tiny/*/checkpoints/last.safetensors", number)
            self.assertEqual(returncode, code)
            self.assertFalse((run / "evaluation.json").exists())
            self.fm("resume", run)
            self.assert_same_results(whole, run)

    def test_kills_at_several_points(self):
        whole = self.uninterrupted()
        points = [
            ("created", "tiny/*/config.yaml", 0.0),
            ("data", "tiny/*/data.h5", 0.0),
            ("first_save", "tiny/*/checkpoints/last.safetensors", 0.0),
            ("training", "tiny/*/checkpoints/best.safetensors", 0.2),
            ("evaluation", "tiny/*/evaluation.h5", 0.0),
        ]
        for name, pattern, wait in points:
            with self.subTest(name):
                run, returncode = self.stopped(name, pattern, signal.SIGKILL, wait)
                self.assertIn(returncode, (-signal.SIGKILL, 0))
                self.fm("resume", run)
                self.assert_same_results(whole, run)

    def test_two_kills_in_a_row(self):
        whole = self.uninterrupted()
        run, _ = self.stopped("twice", "tiny/*/checkpoints/last.safetensors", signal.SIGKILL)
        process = subprocess.Popen([FM, "resume", run], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.4)
        process.kill()
        process.wait()
        self.fm("resume", run)
        self.assert_same_results(whole, run)

    def test_metrics_of_a_resumed_run_are_those_of_the_whole(self):
        def losses(run):
            import json
            lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
            return [(line["step"], line["train_loss"]) for line in lines]

        whole = self.uninterrupted()
        run, _ = self.stopped("metrics", "tiny/*/checkpoints/best.safetensors", signal.SIGKILL, 0.1)
        self.fm("resume", run)
        self.assertEqual(losses(whole), losses(run))

    def test_a_finished_run_is_left_alone(self):
        whole = self.uninterrupted()
        before = {path: path.stat().st_mtime_ns for path in whole.rglob("*.safetensors")}
        self.fm("resume", whole)
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in whole.rglob("*.safetensors")})
