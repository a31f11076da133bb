"""Runs that are stopped by signals at any point and resumed give the same bytes as uninterrupted runs."""

import json
import pathlib
import shutil
import signal
import subprocess
import time

from launcher import FM, TINY, LauncherTest, clean

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

    def test_a_finished_run_says_so_and_prints_its_results(self):
        run = self.run_tiny()
        before = (run / "evaluation.json").read_bytes()
        done = self.fm("resume", run)
        self.assertIn("the run is finished", done.stderr)
        self.assertEqual(done.stdout, (run / "summary.txt").read_text() + f"{run}\n")
        self.assertEqual((run / "evaluation.json").read_bytes(), before)

    def test_a_run_is_trained_on_and_evaluated_again(self):
        run = self.run_tiny()
        first = self.evaluation(run)
        self.fm("resume", run, "train.epochs=12")
        self.assertEqual(len((run / "metrics.jsonl").read_text().splitlines()), 12)
        self.assertNotEqual(clean(self.evaluation(run)), clean(first))
        kept = list((run / "evaluations").glob("checkpoint_*/evaluation.json"))
        self.assertEqual([json.loads(file.read_text()) for file in kept], [first])
        self.assertIn("train.epochs=9", self.fm("resume", run, "train.epochs=9", expect=2).stderr.replace(": 9", "=9"))

    def test_figures_are_drawn_again_with_an_evaluation(self):
        run = self.run_tiny("report.figures=true")
        before = (run / "report.html").stat().st_mtime_ns
        (run / "evaluation.json").unlink()  # as after a kill while the results are moved
        self.fm("resume", run)
        self.assertGreater((run / "report.html").stat().st_mtime_ns, before)

    def test_an_evaluation_on_the_way_does_not_end_the_training(self):
        whole = self.uninterrupted()
        run, _ = self.stopped("early", "tiny/*/checkpoints/best.safetensors", signal.SIGINT)
        self.fm("eval", run)
        self.assertTrue((run / "evaluation.json").exists())
        self.fm("resume", run)
        self.assert_same_results(whole, run)

    def test_data_that_were_exchanged_are_refused(self):
        run, other = self.run_tiny(), self.run_tiny("seed=1")
        (run / "evaluation.json").unlink()
        (run / "data.h5").unlink()
        shutil.copy(other / "data.h5", run / "data.h5")
        for command in ("resume", "eval"):
            self.assertIn("data.h5: is not the file", self.fm(command, run, expect=2).stderr)

    def test_two_students_share_the_training_of_their_teacher(self):
        teacher, student = self.folder / "teacher.yaml", self.folder / "student.yaml"
        teacher.write_text(self.fm("run", self.experiment, *TINY, "train.epochs=40", "--print-config").stdout)
        student.write_text(f"name: student\npolicy: {{name: one_step, teacher: {teacher}}}\n")
        both = [subprocess.Popen([FM, "run", student, *TINY, f"seed={seed}", f"threads={seed + 1}"], cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for seed in (0, 1)]
        for process in both:
            _, errors = process.communicate()
            self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(len(list((self.folder / "runs/tiny").iterdir())), 1)
