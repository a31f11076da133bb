"""A peer's side of the protocol, which is that of fm_bench: a line "WORK SECONDS" is answered by a line of JSON.

Every worker lives for the whole measurement, so that nothing is compiled twice, and blocks on a read between its turns, so
that it uses no processor time of the others."""

import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Callable


@dataclass
class Timed:
    run: Callable  # does `units` units of work; they are finished when it returns
    units: int = 1
    prepare: Callable = lambda: None  # called before every block


def times_of(timed, seconds):
    """Microseconds per unit of each run, for this many seconds; at least one run."""
    timed.prepare()
    samples = []
    end = time.perf_counter() + seconds
    while not samples or time.perf_counter() < end:
        begin = time.perf_counter()
        timed.run()
        samples.append((time.perf_counter() - begin) * 1e6 / timed.units)
    return samples


def fastest(candidates, rounds=5, seconds=0.2):
    """The fastest on this machine of several ways to do the same work, measured alternately."""
    best = [float("inf")] * len(candidates)
    for timed in candidates:
        times_of(timed, seconds)  # compiles, warms up
    for _ in range(rounds):
        best = [min(so_far, statistics.median(times_of(timed, seconds))) for so_far, timed in zip(best, candidates)]
    return candidates[best.index(min(best))]


def serve(makers):
    """makers: {work: function that makes its Timed}. Compilation and first runs precede the first timing."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # output of libraries must not mix with the replies
    sys.stdout.reconfigure(line_buffering=True)
    made = {}
    for line in sys.stdin:
        name, seconds = line.rsplit(maxsplit=1)
        if name not in made:
            made[name] = makers[name]()
            times_of(made[name], 0.0)
        times = times_of(made[name], float(seconds))
        print(json.dumps({"work": name, "us": statistics.median(times)}), file=replies, flush=True)
