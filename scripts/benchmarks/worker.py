"""Workers that time works on request: a long-lived process (fm_bench or a peer, see serving.py), or the roofline."""

import json
import subprocess
import time

from works import WORKS


class WorkerError(Exception):
    pass


class Worker:
    # Threads spin for some milliseconds after their last work; the next worker starts after that.
    REST = 0.03

    def __init__(self, name, command, environment, log):
        """log: the file for the process's other output."""
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log
        self.process = None

    def time(self, work, seconds):
        """The median microseconds per unit over this many seconds. The first call also compiles."""
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
        except OSError:  # the process has ended
            pass
        self.process.wait()
        self.process.stdout.close()


class Roofline:
    """The time that a training step's matrix products would take at the rate of one hidden layer's product."""

    def __init__(self, libfm):
        self.libfm = libfm

    def time(self, work, seconds):
        rows, width = WORKS[work].batch, WORKS[work].sizes.width
        us = self.libfm.time(f"product {rows}x{width}x{width}", seconds)
        return WORKS[work].operations / (2 * rows * width * width) * us

    def close(self):
        pass
