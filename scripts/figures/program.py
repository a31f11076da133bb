"""What the scripts that draw have in common: their arguments' errors, and an exit code and one line for everything else."""

import argparse
import sys
import traceback

from .checked_hdf5 import InputError


class Parser(argparse.ArgumentParser):
    """Its `prog` is scripts/NAME; errors begin with NAME."""

    def error(self, message):
        self.exit(2, f"{self.prog.removeprefix('scripts/')}: {message} (see {self.prog} --help)\n")


def run(name, work):
    """Calls work() and returns the exit code: 2 for wrong input, 1 for a failure of the machine or a bug."""
    try:
        work()
        return 0
    except InputError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # a bug: one line with its position
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{name}: internal error at {place.filename}:{place.lineno}: {type(error).__name__}: {error}",
              file=sys.stderr)
        return 1
