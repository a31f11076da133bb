"""Installs libfm, builds libfm/examples against the installed package and runs each example, two of them with a policy
trained by the installed fm."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

CMAKE = os.environ["CMAKE"]
BUILD = os.environ["BUILD"]
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "libfm/examples"


class InstallTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fm_install_"))
        self.addCleanup(shutil.rmtree, self.folder)

    def do(self, *command):
        done = subprocess.run([str(word) for word in command], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_every_example_builds_against_the_installed_package_and_runs(self):
        prefix = self.folder / "prefix"
        self.do(CMAKE, "--install", BUILD, "--prefix", prefix)
        self.do(CMAKE, "-G", "Ninja", "-S", EXAMPLES, "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}")
        self.do(CMAKE, "--build", "build")
        (self.folder / "tiny.yaml").write_text("name: tiny\n")
        run = pathlib.Path(self.do(prefix / "bin/fm", "train", "tiny.yaml", "collect.episodes=2", "train.epochs=1",
                                   "train.rollout.every=0", "device=cpu").splitlines()[-1])
        checkpoint = run / "checkpoints/last.safetensors"

        action, unit = self.do("build/act", checkpoint).split(" ", 1)
        self.assertEqual(unit, "N m\n")
        self.assertLessEqual(abs(float(action)), 2.0)

        self.assertIn(" N m\n", self.do("build/control_loop", checkpoint))

        near, positive = re.search(r"([\d.]+) % of 1000 .* ([\d.]+) % are positive", self.do("build/train")).groups()
        self.assertGreater(float(near), 95.0)
        self.assertAlmostEqual(float(positive), 50.0, delta=10.0)  # both modes are kept

        mean, success = re.search(r"mean return (-[\d.]+), success (\d+) %", self.do("build/own_env")).groups()
        self.assertGreater(float(mean), -60.0)
        self.assertEqual(success, "100")


if __name__ == "__main__":
    unittest.main()
