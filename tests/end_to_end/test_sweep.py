"""Sweeps: their members, what a kill leaves, failures, comparisons."""

import csv
import json
import pathlib
import signal
import subprocess
import time
import unittest

from launcher import FM, TINY, LauncherTest

SWEEP = ["sweep.grid={train.batch_size: [32, 64]}", "sweep.seeds=[0, 1]", "threads=1"]
MEMBERS = ["batch_size-32_s0", "batch_size-32_s1", "batch_size-64_s0", "batch_size-64_s1"]


def processes_of(directory):
    """The command lines of processes that work below this directory."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(str(directory) in word for word in words) and "resume" in words:
            found.append(" ".join(words))
    return found


class Sweep(LauncherTest):
    def sweep(self, *overrides, expect=0):
        return self.fm("sweep", self.experiment, *TINY, *SWEEP, *overrides, expect=expect)

    def sweep_directories(self):
        return sorted((self.folder / "runs/tiny").glob("sweep_*"))

    def killed(self, number):
        """The directory of a sweep that got a signal as soon as two of its members were done."""
        process = subprocess.Popen([FM, "sweep", self.experiment, *TINY, *SWEEP, "train.epochs=40"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while len(list(self.folder.glob("runs/tiny/sweep_*/*/evaluation.json"))) < 2:
            self.assertIsNone(process.poll(), process.stderr.read() if process.poll() is not None else "")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)
        process.send_signal(number)
        process.communicate(timeout=60)
        [directory] = self.sweep_directories()
        while processes_of(directory):
            self.assertLess(time.monotonic(), deadline, "members outlive the sweep")
            time.sleep(0.01)
        return directory, process.returncode

    def test_members_are_the_runs_that_they_would_be_alone(self):
        done = self.sweep()
        directory = pathlib.Path(done.stdout.splitlines()[-1])
        self.assertEqual([directory], self.sweep_directories())
        self.assertEqual(sorted(path.name for path in directory.iterdir() if path.is_dir()), MEMBERS)
        alone = self.run_tiny("train.batch_size=32", "seed=1", "threads=1")
        self.assert_same_results(directory / "batch_size-32_s1", alone)
        config = (directory / "batch_size-32_s1/config.yaml").read_text()
        self.assertEqual(config, (alone / "config.yaml").read_text())
        self.assertIn("batch_size-64_s0", done.stderr)
        self.assertIn("train.batch_size", done.stdout)
        before = {path: path.stat().st_mtime_ns for path in directory.rglob("*") if path.is_file()}
        again = self.sweep()
        self.assertEqual(again.stdout, done.stdout)
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in before})

    def test_a_dry_run_prints_the_members_and_makes_nothing(self):
        done = self.sweep("--dry-run")
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines()[1:-1]], MEMBERS)
        self.assertFalse((self.folder / "runs").exists())

    def test_a_killed_sweep_is_continued_by_the_same_command(self):
        for number, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 143)):
            with self.subTest(number):
                directory, returncode = self.killed(number)
                self.assertEqual(returncode, code)
                finished = {path: path.stat().st_mtime_ns for path in directory.glob("*/evaluation.json")}
                self.sweep("train.epochs=40")
                self.assertEqual([directory], self.sweep_directories())
                self.assertEqual(len(list(directory.glob("*/evaluation.json"))), 4)
                self.assertEqual(finished, {path: path.stat().st_mtime_ns for path in finished})
                self.assert_same_results(directory / MEMBERS[3], self.run_tiny("train.batch_size=64", "seed=1",
                                                                               "threads=1", "train.epochs=40"))
                directory.rename(self.folder / f"done_{number}")

    def test_a_stopped_sweep_saves_the_progress_of_every_member(self):
        process = subprocess.Popen([FM, "sweep", self.experiment, *TINY, "threads=1", "train.epochs=3000",
                                    "train.rollout.every=0", "train.best=loss",
                                    "sweep.grid={network.mlp.hidden: [[8], [512, 512]]}", "--jobs", "2"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        metrics = "runs/tiny/sweep_*/*/metrics.jsonl"
        while sum(path.stat().st_size > 0 for path in self.folder.glob(metrics)) < 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        process.terminate()
        time.sleep(0.02)
        process.terminate()  # as if by two senders
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        [directory] = self.sweep_directories()
        for member in ("hidden-8", "hidden-512x512"):
            self.assertIn("stopped by a signal", (directory / member / "console.txt").read_text())
            self.assertTrue((directory / member / "checkpoints/last.safetensors").exists())

    def test_a_sweep_is_continued_as_it_is_only(self):
        directory = pathlib.Path(self.sweep().stdout.splitlines()[-1])
        self.assertIn("can be continued only", self.fm("sweep", directory, "--new", expect=2).stderr)
        self.assertEqual(len(self.fm("sweep", directory, "--dry-run").stdout.splitlines()), 6)
        text = (directory / "sweep.yaml").read_text()
        (directory / "sweep.yaml").write_text(text.replace("batch_size: 64", "batch_size: 32").replace("steps: 4", "steps: 5"))
        self.assertIn("sampler.steps=4", self.fm("sweep", directory, expect=2).stderr)
        (directory / "sweep.yaml").write_text(text)
        provenance = directory / MEMBERS[0] / "provenance.json"
        provenance.write_text(provenance.read_text().replace('"git_commit": "', '"git_commit": "x'))
        self.assertIn("--new begins another", self.sweep(expect=2).stderr)

    def test_lists_and_tables_survive_what_is_damaged(self):
        directory = pathlib.Path(self.sweep().stdout.splitlines()[-1])
        (directory / MEMBERS[0] / "provenance.json").unlink()
        (directory / MEMBERS[1] / "evaluation.json").write_text('{"policy": [1, 2]}')
        self.assertIn("4 of 4 runs", self.fm("list").stdout)
        self.assertIn("1 of 2", self.fm("compare", directory).stdout)
        again = self.fm("compare", directory / MEMBERS[2], directory, directory / MEMBERS[2], "--csv").stdout.splitlines()
        self.assertEqual(len(again), 3)
        foreign = self.folder / "runs/foreign/sweep_1"
        foreign.mkdir(parents=True)
        program = self.folder / "program"
        program.write_text(f"#!/bin/sh\ntouch {self.folder}/was_run\n")
        program.chmod(0o755)
        (foreign / "sweep.yaml").write_text(f"env: {{name: gymnasium, gymnasium: {{id: A, python: {program}}}}}\n"
                                            "sweep: {zip: {train.epochs: [1, 2], train.batch_size: [8]}}\n")
        self.assertIn("is left out", self.fm("list").stderr)
        self.assertFalse((self.folder / "was_run").exists())

    def test_a_failure_is_reported_and_the_others_go_on(self):
        options = ["sweep.grid={train.learning_rate: [1.0e+30, 1.0e-3]}", "sweep.seeds=[0]", "train.precision=float32"]
        done = self.sweep(*options, expect=1)
        [directory] = self.sweep_directories()
        self.assertIn("FAILED", done.stderr)
        self.assertIn("1 of 2 members failed: learning_rate-1.0e+30_s0", done.stderr)
        self.assertIn("console.txt", done.stderr)
        self.assertTrue((directory / "learning_rate-1.0e-3_s0/evaluation.json").exists())
        stopped = self.sweep(*options, "--fail-fast", "--jobs", "1", "--new", expect=1)
        self.assertIn("FAILED", stopped.stderr)
        self.assertFalse((self.sweep_directories()[-1] / "learning_rate-1.0e-3_s0/evaluation.json").exists())

    def test_what_is_wrong_in_any_member_is_said_before_the_first_begins(self):
        done = self.sweep("sweep.grid={sampler.executed: [1, 5]}", expect=2)
        self.assertIn("first in executed-5_s0", done.stderr)
        self.assertFalse((self.folder / "runs").exists())
        self.assertIn("has no sweep", self.fm("sweep", self.experiment, *TINY, expect=2).stderr)

    def test_other_commands_do_the_one_run(self):
        done = self.fm("run", self.experiment, *TINY, *SWEEP)
        self.assertIn("has a sweep, which fm sweep runs", done.stderr)
        self.assertFalse(self.sweep_directories())

    def test_tables(self):
        directory = pathlib.Path(self.sweep().stdout.splitlines()[-1])
        text = self.fm("compare", directory).stdout
        self.assertEqual(text.splitlines()[0].split()[:2], ["train.batch_size", "runs"])
        rows = self.fm("compare", directory, "--csv").stdout.splitlines()
        self.assertEqual(len(rows), 3)
        head, first = (row.split(",") for row in rows[:2])
        returns = [self.evaluation(directory / name)["policy"]["return"]["mean"] for name in MEMBERS[:2]]
        self.assertAlmostEqual(float(first[head.index("return")]), sum(returns) / 2)
        self.assertTrue(self.fm("compare", directory, "--markdown").stdout.startswith("| train.batch_size |"))
        self.assertIn(r"\begin{tabular}", self.fm("compare", directory, "--latex").stdout)
        listed = self.fm("list").stdout
        self.assertIn("4 of 4 runs", listed)
        self.assertIn("contains no run directory", self.fm("compare", self.folder / "runs/cache", expect=2).stderr)
        two = self.fm("compare", directory / MEMBERS[0], directory / MEMBERS[2], "--csv").stdout.splitlines()
        [difference] = [float(two[2].split(",")[two[0].split(",").index("minus first")])]
        gap = [self.evaluation(directory / name)["policy"]["return"]["mean"] for name in (MEMBERS[2], MEMBERS[0])]
        self.assertAlmostEqual(difference, gap[0] - gap[1])

    def test_tidy_tables(self):
        directory = pathlib.Path(self.sweep("eval.grid={sampler.steps: [1, 2]}").stdout.splitlines()[-1])
        tables = self.folder / "tables"
        self.fm("report", directory, "--csv", tables)
        read = lambda name: list(csv.DictReader((tables / name).open()))
        runs = {row["run"]: row for row in read("runs.csv")}
        self.assertEqual(sorted(pathlib.Path(run).name for run in runs), sorted(MEMBERS))
        batches = {row["seed"]: set() for row in runs.values()}
        for row in runs.values():
            batches[row["seed"]].add(row["train.batch_size"])
            self.assertEqual(row["state"], "evaluated")
        self.assertEqual(set(map(len, batches.values())), {2})

        metrics = read("metrics.csv")
        for run in runs:
            evaluation = self.evaluation(pathlib.Path(run))
            wanted = {"": evaluation, '{"sampler.steps":1}': evaluation["variants"][0], '{"sampler.steps":2}': evaluation["variants"][1]}
            found = {row["settings"]: row for row in metrics
                     if (row["run"], row["actor"], row["metric"]) == (run, "policy", "return")}
            self.assertEqual(found.keys(), wanted.keys())
            for settings, numbers in wanted.items():
                returns = numbers["policy"]["return"]
                row = found[settings]
                self.assertEqual([float(row[key]) for key in ("value", "low", "high")], [returns["mean"], *returns["ci95"]])
        self.assertIn("action_jerk", {row["metric"] for row in metrics})

        curves = read("curves.csv")
        for run in runs:
            lines = [json.loads(line) for line in (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines()]
            wanted = {line["step"]: line["train_loss"] for line in lines if "train_loss" in line}
            found = {int(row["step"]): float(row["value"]) for row in curves
                     if row["run"] == run and row["name"] == "train_loss"}
            self.assertEqual(found, wanted)

        self.fm("report", directory, "--csv", tables)  # once more replaces them
        (tables / "curves.csv").write_text("my own numbers\n")
        refused = self.fm("report", directory, "--csv", tables, expect=2)
        self.assertIn("curves.csv: is not a table of fm report", refused.stderr)
        self.assertEqual((tables / "curves.csv").read_text(), "my own numbers\n")

    def test_figures_of_a_sweep(self):
        directory = pathlib.Path(self.sweep("report.figures=true", "sweep.seeds=[0]").stdout.splitlines()[-1])
        report = json.loads((directory / "report.json").read_text())
        self.assertEqual([run["name"] for run in report["runs"]], ["batch_size-32_s0", "batch_size-64_s0"])
        self.assertTrue((directory / "report.html").exists())
        self.assertTrue((directory / "batch_size-32_s0/report.html").exists())


if __name__ == "__main__":
    unittest.main()
