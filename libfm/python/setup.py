"""Puts libfm_policy.so beside the module where it has been built in this source tree; nothing is compiled."""

import tempfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

LIBRARY = "libfm_policy.so.2"
BUILT = sorted(Path(__file__).resolve().parents[2].glob(f"build/*/libfm/{LIBRARY}"), key=lambda file: file.stat().st_mtime)


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        if BUILT:
            self.copy_file(str(BUILT[-1]), str(Path(self.build_lib) / "libfm_policy" / LIBRARY))


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return bool(BUILT)  # a wheel with the library is for this platform


with tempfile.TemporaryDirectory() as folder:  # the source tree stays as it is
    setup(cmdclass={"build_py": BuildWithLibrary}, distclass=PlatformDistribution,
          options={"build": {"build_base": folder}, "egg_info": {"egg_base": folder}})
