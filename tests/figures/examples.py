"""Shared by the tests: the code under test, and example runs in temporary directories."""

import importlib.machinery
import importlib.util
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

import h5py

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import make_example


def load_plot():
    """scripts/plot as a module, although its name does not end in .py."""
    loader = importlib.machinery.SourceFileLoader("plot", str(SCRIPTS / "plot"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("plot", loader))
    loader.exec_module(module)
    return module


class RunTest(unittest.TestCase):
    """Gives each test its own copy of an example run in self.directory."""

    EPISODES = 40

    @classmethod
    def setUpClass(cls):
        cls._kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._kept.cleanup)
        make_example.make(Path(cls._kept.name) / "run", cls.EPISODES)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = Path(temporary.name) / "run"
        shutil.copytree(Path(self._kept.name) / "run", self.directory)

    def hdf5(self, mode="r+"):
        return h5py.File(self.directory / "evaluation.h5", mode)

    def make_demo(self):
        """Turns the run into the result of `fm demo`."""
        for file in self.directory.iterdir():
            if file.name != "evaluation.h5":
                file.unlink()
        with self.hdf5() as file:
            for name in ("policy", "flow_field", "denoising"):
                del file[name]
        (self.directory / "evaluation.h5").rename(self.directory / "demo.h5")
