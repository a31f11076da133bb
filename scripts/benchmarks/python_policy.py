#!/usr/bin/python3
"""What the Python module libfm_policy adds to the C library: the time of an action, in turns with a loop in C over the same
policy, and the time from the start of an interpreter to the first action.

    scripts/bench --module CHECKPOINT
"""

import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "libfm/python"))

import libfm_policy  # noqa: E402
import numpy as np  # noqa: E402

BLOCKS, ACTIONS, STARTS = 1001, 20, 15

LOOP = """
#include <time.h>
double seconds_per_action(int (*act)(void*, const double*, const double*, const double*, double*), void* policy,
                          const double* observation, const double* goal, double* action, int count) {
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < count; ++i) act(policy, observation, goal, 0, action);
  clock_gettime(CLOCK_MONOTONIC, &end);
  return ((end.tv_sec - begin.tv_sec) + 1e-9 * (end.tv_nsec - begin.tv_nsec)) / count;
}
"""


def loop_in_c(folder):
    source, library = Path(folder) / "loop.c", Path(folder) / "loop.so"
    source.write_text(LOOP)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    function = ctypes.CDLL(str(library)).seconds_per_action
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_void_p] * 5 + [ctypes.c_int]
    return function


def compare_actions(checkpoint):
    policy = libfm_policy.Policy(checkpoint)
    observation, goal = np.zeros(policy.observation_size), np.zeros(policy.goal_size) if policy.goals else None
    action = np.empty(policy.action_size)
    act = ctypes.cast(policy._library.fm_policy_act, ctypes.c_void_p)
    address = None if goal is None else goal.ctypes.data
    in_c, in_python = [], []
    with tempfile.TemporaryDirectory() as folder:
        loop = loop_in_c(folder)
        for _ in range(BLOCKS):
            in_c.append(1e6 * loop(act, policy._handle, observation.ctypes.data, address, action.ctypes.data, ACTIONS))
            begin = time.perf_counter()
            for _ in range(ACTIONS):
                policy(observation, goal)
            in_python.append(1e6 * (time.perf_counter() - begin) / ACTIONS)
    ratio = statistics.median(b / a for a, b in zip(in_c, in_python))
    added = statistics.median(b - a for a, b in zip(in_c, in_python))
    print(f"action   C {statistics.median(in_c):.1f} us   Python {statistics.median(in_python):.1f} us   "
          f"added {added:.1f} us, ratio {ratio:.2f}  (medians of {BLOCKS} pairs of {ACTIONS} actions)")


def compare_starts(checkpoint):
    """Each start is an interpreter of its own, which prints its times in ms."""
    program = """
import sys, time
a = time.perf_counter()
import numpy as np
b = time.perf_counter()
import libfm_policy
policy = libfm_policy.Policy(sys.argv[1])
policy(np.zeros(policy.observation_size), np.zeros(policy.goal_size) if policy.goals else None)
c = time.perf_counter()
print(1e3 * (b - a), 1e3 * (c - b))
"""
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "libfm/python"))
    times = [list(map(float, subprocess.run([sys.executable, "-c", program, checkpoint], env=environment, text=True, check=True,
                                            capture_output=True).stdout.split())) for _ in range(STARTS)]
    numpy, module = (statistics.median(column) for column in zip(*times))
    print(f"start    import numpy {numpy:.1f} ms   then import libfm_policy to the first action {module:.1f} ms   "
          f"(medians of {STARTS} starts)")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    compare_actions(sys.argv[1])
    compare_starts(sys.argv[1])
