#!/usr/bin/env python3
"""Training beside other processes that use all they get, for several settings of how OpenMP threads wait.

    scripts/benchmarks/busy.py [--hogs 2] [--rounds 8]     after scripts/build fm_bench

Prints the time of a step, and the share of the quiet speed of today's default that is left."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parents[2] / "build/release/fm_bench"
WORKS = ["train 512x4 b256", "train 256x3 b256"]
SETTINGS = {"spin 10000 (fm)": {"GOMP_SPINCOUNT": "10000"}, "runtime's default": {},
            "passive": {"OMP_WAIT_POLICY": "passive"}}


def start(setting):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "GOMP_"))}
    return subprocess.Popen([BENCH], env=environment | setting, text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def microseconds(worker, work, seconds):
    worker.stdin.write(f"{work} {seconds}\n")
    worker.stdin.flush()
    us = json.loads(worker.stdout.readline())["us"]
    time.sleep(0.05)  # its threads spin for some milliseconds after their last work
    return us


def measure(work, hogs, rounds):
    """The median time of a step for each setting, measured in turns beside `hogs` busy processes."""
    workers = {name: start(setting) for name, setting in SETTINGS.items()}
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(hogs)]
    times = {name: [] for name in workers}
    for number in range(rounds + 1):
        names = list(workers)[number % len(workers):] + list(workers)[:number % len(workers)]
        for name in names:
            us = microseconds(workers[name], work, 0.7)
            if number > 0:  # the first round warms up
                times[name].append(us)
    for process in [*busy, *workers.values()]:
        process.kill()
        process.wait()
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hogs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    print(f"{'':18} {'':20} {'quiet':>10} {f'{arguments.hogs} beside it':>14}")
    for work in WORKS:
        quiet, busy = (measure(work, hogs, arguments.rounds) for hogs in (0, arguments.hogs))
        best = quiet["runtime's default"]
        for name in SETTINGS:
            print(f"{work:18} {name:20} {quiet[name]:7.0f} us {busy[name]:11.0f} us   "
                  f"{100 * best / quiet[name]:.0f} %, {100 * best / busy[name]:.0f} %")


if __name__ == "__main__":
    main()
