"""Installs, builds the program in outside/ and the control loop in C against what was installed, and lets both act with a
policy that the installed fm trained."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

CMAKE = os.environ["CMAKE"]
BUILD = os.environ["BUILD"]
CONTROL_LOOP = pathlib.Path(__file__).resolve().parents[2] / "libfm/examples/control_loop.c"
OUTSIDE = pathlib.Path(__file__).resolve().parent / "outside"


class InstallTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fm_install_"))
        self.addCleanup(shutil.rmtree, self.folder)

    def do(self, *command):
        done = subprocess.run([str(word) for word in command], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_a_program_outside_the_tree_acts_with_a_trained_policy(self):
        prefix = self.folder / "prefix"
        self.do(CMAKE, "--install", BUILD, "--prefix", prefix)
        self.do(CMAKE, "-G", "Ninja", "-S", OUTSIDE, "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}")
        self.do(CMAKE, "--build", "build")

        (self.folder / "tiny.yaml").write_text("name: tiny\n")
        run = pathlib.Path(self.do(prefix / "bin/fm", "train", "tiny.yaml", "collect.episodes=2", "train.epochs=1",
                                   "train.rollout.every=0", "device=cpu").splitlines()[-1])
        action, unit = self.do("build/act", run / "checkpoints/last.safetensors").split(" ", 1)
        self.assertEqual(unit, "N m\n")
        self.assertLessEqual(abs(float(action)), 2.0)

        library = next(prefix.glob("lib*/**/libfm_policy.so")).parent
        self.do("cc", "-std=c99", f"-I{prefix}/include", CONTROL_LOOP, f"-L{library}", f"-Wl,-rpath,{library}",
                "-lfm_policy", "-lm", "-o", "control_loop")
        self.assertIn(" N m\n", self.do("./control_loop", run / "checkpoints/last.safetensors"))


if __name__ == "__main__":
    unittest.main()
