"""libfm_policy as a package: installed from the source tree, with its types."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from small_checkpoint import write_checkpoint

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "libfm/python"

USE = """
from libfm_policy import Policy
import numpy as np
policy = Policy({checkpoint!r})
action = policy(np.zeros(3))
print(action.shape)
reveal: int = action.size
wrong: str = policy.time_step
"""


class ModuleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_python(self, *arguments, expect=0, **environment):
        done = subprocess.run([sys.executable, "-B", *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | environment)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def test_is_installed_from_the_source_tree_and_typed(self):
        before = sorted(SOURCE.rglob("*"))
        self.run_python("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", "installed", SOURCE)
        self.assertEqual(sorted(SOURCE.rglob("*")), before)
        program = self.folder / "use.py"
        program.write_text(USE.format(checkpoint=str(write_checkpoint(self.folder / "policy.safetensors"))))
        self.assertEqual(self.run_python(program, PYTHONPATH="installed"), "(1,)\n")
        # The types of the installed package are known: one line of the program is wrong, and is the only one.
        found = self.run_python("-m", "mypy", "--strict", program, expect=1, MYPYPATH="", PYTHONPATH="installed")
        self.assertIn('expression has type "float", variable has type "str"', found)
        self.assertIn("Found 1 error in 1 file", found)

    def test_passes_strict_type_checks(self):
        self.run_python("-m", "mypy", "--strict", SOURCE / "libfm_policy")


if __name__ == "__main__":
    unittest.main()
