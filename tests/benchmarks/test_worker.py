import os
import sys
import tempfile
import unittest
from pathlib import Path

from benchmarks_path import SOURCES
from worker import Roofline, Worker, WorkerError
from works import WORKS

PEER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from serving import Timed, fastest, serve

def make():
    print("output of a library, not a reply")
    slow, quick = (Timed(lambda s=s: time.sleep(s), units=10) for s in (0.02, 0.01))
    return fastest([slow, quick], rounds=1, seconds=0.0)

def broken():
    sys.exit(3)

serve({"train 256x3 b256": make, "act 512x4": broken})
"""


class WorkerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        script = Path(folder.name) / "peer.py"
        script.write_text(PEER)
        self.log = Path(folder.name) / "peer.log"
        self.worker = Worker("peer", [sys.executable, "-B", script, SOURCES], dict(os.environ), self.log)
        self.addCleanup(self.worker.close)

    def test_times_the_fastest_candidate_per_unit(self):
        for seconds in (0.0, 0.05):
            us = self.worker.time("train 256x3 b256", seconds)
            self.assertGreaterEqual(us, 1000.0)
        self.assertEqual(self.log.read_text(), "output of a library, not a reply\n")

    def test_names_a_peer_that_ends(self):
        with self.assertRaisesRegex(WorkerError, "peer ended with exit code 3 at 'act 512x4'"):
            self.worker.time("act 512x4", 0.0)


class RooflineTest(unittest.TestCase):
    def test_scales_the_time_of_one_product_by_the_operations(self):
        asked = []

        class Products:
            def time(self, work, seconds):
                asked.append((work, seconds))
                return 100.0

        us = Roofline(Products()).time("train 256x3 b256", 0.5)
        self.assertEqual(asked, [("product 256x256x256", 0.5)])
        inner, first, last = 256 * 256, (1 + 64 + 3) * 256, 256 * 1
        self.assertAlmostEqual(us, 100.0 * (3 * (2 * inner + last) + 2 * first) / inner)


class Works(unittest.TestCase):
    def test_fm_bench_knows_every_work_and_every_roofline(self):
        source = (SOURCES / "fm_bench.cpp").read_text()
        for name, work in WORKS.items():
            self.assertIn(f'{{"{name}", ', source)
            if work.kind == "train" and work.device == "cpu":
                self.assertIn(f'{{"product {work.batch}x{work.sizes.width}x{work.sizes.width}", ', source)


if __name__ == "__main__":
    unittest.main()
