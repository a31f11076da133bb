"""Runs of fm in a Gymnasium environment: a whole run, and what is left after fm was killed."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

EXPERIMENT = """
name: reach
env: {name: gymnasium, gymnasium: {id: "test_envs:test/Reach-v0", python: "%s"}}
expert: {name: random}
collect: {episodes: 8, noise: 0.0}
network: {mlp: {hidden: [16]}, time_embedding: 8}
train: {epochs: 2, rollout: {every: 0}}
eval: {episodes: 8}
report: {figures: false}
""" % os.environ["FM_PYTHON"]


def marked_processes(mark):
    found = []
    for process in pathlib.Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:  # ended, or another user's
            pass
    return [pid for pid in found if pid != os.getpid()]


class BridgeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "reach.yaml").write_text(EXPERIMENT)
        self.mark = f"FM_TEST_MARK={os.getpid()}-{time.time_ns()}"
        self.environ = dict(os.environ, **dict([self.mark.split("=")]))

    def start(self, *arguments):
        return subprocess.Popen([os.environ["FM"], *arguments], cwd=self.folder, env=self.environ, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_run(self):
        fm = self.start("run", "reach.yaml")
        out, log = fm.communicate()
        self.assertEqual(fm.returncode, 0, log)
        evaluation = json.loads((pathlib.Path(out.splitlines()[-1]) / "evaluation.json").read_text())
        self.assertEqual(evaluation["episodes"], 8)
        self.assertLess(evaluation["policy"]["return"]["mean"], 0.0)
        self.assertEqual(marked_processes(self.mark), [])

    def test_killed(self):
        fm = self.start("collect", "reach.yaml", "collect.episodes=1000000")
        deadline = time.monotonic() + 60
        while len(marked_processes(self.mark)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(len(marked_processes(self.mark)), 1)
        fm.send_signal(signal.SIGKILL)
        fm.communicate()
        while marked_processes(self.mark) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(marked_processes(self.mark), [])

    def test_refused(self):
        for override, message in [("env.gymnasium.id=Hopper-v99", "env.gymnasium: 'Hopper-v99' cannot be made"),
                                  ("env.gymnasium.arguments=[1]", "expects a mapping of any keys, found a list"),
                                  ("collect.uniform_states=5", "has no bounded states to draw from")]:
            fm = self.start("run", "reach.yaml", override)
            out, log = fm.communicate()
            self.assertEqual(fm.returncode, 2, log)
            self.assertIn(message, log)
            self.assertEqual(out, "")


unittest.main()
