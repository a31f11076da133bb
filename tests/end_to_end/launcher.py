"""Runs the launcher in a temporary folder, with settings that take about a second."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

FM = os.environ["FM"]

TINY = [
    "collect.episodes=6", "network.mlp.hidden=[16, 16]", "network.time_embedding=8", "train.epochs=6",
    "train.batch_size=64", "train.rollout.every=3", "train.rollout.episodes=4", "train.rollout.steps=2",
    "sampler.steps=4", "eval.episodes=8", "device=cpu", "report.figures=false",
]


def clean(evaluation):
    """evaluation.json without its latencies, the only values that differ between equal runs."""
    if isinstance(evaluation, dict):
        return {key: clean(value) for key, value in evaluation.items() if key not in ("median_us", "p99_us")}
    if isinstance(evaluation, list):
        return [clean(value) for value in evaluation]
    return evaluation


def without_origins(printed):
    """What --print-config prints, without the comments that say where each value is given."""
    return re.sub(r" +# .*$", "", printed, flags=re.MULTILINE)


class LauncherTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fm_end_to_end_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.experiment = self.folder / "tiny.yaml"
        self.experiment.write_text("name: tiny\n")

    def fm(self, *arguments, expect=0, cwd=None, **options):
        """Runs fm, checks that its exit code is `expect`, and returns the finished process."""
        done = subprocess.run([FM, *map(str, arguments)], cwd=cwd or self.folder, capture_output=True, text=True,
                              **options)
        self.assertEqual(done.returncode, expect, f"fm {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done

    def run_tiny(self, *overrides, command="run"):
        """A whole tiny run. Returns its directory."""
        done = self.fm(command, self.experiment, *TINY, *overrides)
        directory = pathlib.Path(done.stdout.splitlines()[-1])
        self.assertTrue(directory.is_absolute() and directory.is_dir(), done.stdout)
        return directory

    def evaluation(self, directory):
        return json.loads((directory / "evaluation.json").read_text())

    def assert_same_results(self, a, b):
        for name in ("data.h5", "checkpoints/best.safetensors", "checkpoints/last.safetensors"):
            self.assertEqual((a / name).read_bytes(), (b / name).read_bytes(), name)
        self.assertEqual(clean(self.evaluation(a)), clean(self.evaluation(b)))
