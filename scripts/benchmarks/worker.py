"""Who times works when told to: a long-lived process (fm_bench or a peer, see serving.py), or the roofline."""

import json
import subprocess
import time

from works import WORKS


class WorkerError(Exception):
    pass


class Worker:
    # Threads that have just worked spin for some milliseconds in the hope of more; the next worker starts after that.
    REST = 0.03

    def __init__(self, name, command, environment, log):
        """log: a file that takes what the process says beside its replies."""
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log
        self.process = None

    def time(self, work, seconds):
        """Microseconds a unit, the median over that many seconds. The first call also compiles."""
        if self.process is None:
            with open(self.log, "w") as log:
                self.process = subprocess.Popen(self.command, env=self.environment, text=True, stdin=subprocess.PIPE,
                                                stdout=subprocess.PIPE, stderr=log)
        try:
            self.process.stdin.write(f"{work} {seconds}\n")
            self.process.stdin.flush()
            us = json.loads(self.process.stdout.readline())["us"]
        except (OSError, json.JSONDecodeError):
            code = self.process.wait()
            raise WorkerError(f"{self.name} ended with exit code {code} at '{work}', see {self.log}") from None
        time.sleep(self.REST)
        return us

    def close(self):
        if self.process is None:
            return
        try:
            self.process.stdin.close()
        except OSError:  # it has ended
            pass
        self.process.wait()
        self.process.stdout.close()


class Roofline:
    """How long the matrix products of a training step would take at the rate of a product of two hidden layers."""

    def __init__(self, libfm):
        self.libfm = libfm

    def time(self, work, seconds):
        rows, width = WORKS[work].batch, WORKS[work].sizes.width
        us = self.libfm.time(f"product {rows}x{width}x{width}", seconds)
        return WORKS[work].operations / (2 * rows * width * width) * us

    def close(self):
        pass
