#!/usr/bin/python3
"""Times libfm and its peers in turns, and writes a table of ratios to stdout and build/bench.json.

    scripts/bench                            every work
    scripts/bench "act 256x3" "act 512x4"    only these
    scripts/bench --cuda                     the works on CUDA instead of those on the CPU, and build/bench-cuda.json
    scripts/bench --quick                    a tenth of the time, wider spreads
    scripts/bench --markdown                 only prints the table of build/bench.json
"""

import argparse
import os
import sys
from pathlib import Path

import ratios
from worker import Roofline, Worker, WorkerError
from works import PEERS, ROOFLINE, WORKS, peers_name

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
COMMANDS = {
    "jax": ["peer_jax.py"],
    "torch-compile": ["peer_torch.py", "--compile"],
    "torch-eager": ["peer_torch.py"],
    "onnxruntime": ["peer_onnxruntime.py"],
    "onnxruntime-all": ["peer_onnxruntime.py", "--all"],
    "gymnasium": ["peer_gymnasium.py"],
    "envpool": ["peer_envpool.py"],
    "stable-baselines3": ["peer_stable_baselines3.py"],
    "sbx": ["peer_stable_baselines3.py", "--jax"],
}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", metavar="WORK", nargs="*", help="one of: " + ", ".join(WORKS))
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.3 s instead of 9 of 1 s")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)),
                        help="number of processors that every worker may use (default: all)")
    parser.add_argument("--markdown", action="store_true", help="print the table of the last measurements")
    parser.add_argument("--cuda", action="store_true", help="the works on CUDA")
    parser.add_argument("--python", default=BUILD / "bench-venv/bin/python", type=Path,
                        help="an interpreter that has the peers (default: that of build/bench-venv)")
    parser.add_argument("--libfm", default=BUILD / os.environ.get("FM_PRESET", "release") / "fm_bench", type=Path,
                        help="another fm_bench")
    parser.add_argument("--library-path", default="", help="LD_LIBRARY_PATH of libfm alone")
    options = parser.parse_args(arguments)
    options.device = "cuda" if options.cuda else "cpu"
    if options.cuda and options.python == parser.get_default("python") and not options.markdown:
        parser.error("--cuda needs --python: an interpreter with PyTorch, JAX, Equinox and Optax for CUDA")
    known = [name for name, work in WORKS.items() if work.device == options.device]
    for work in options.works:
        if work not in known:
            parser.error(f"unknown work '{work}'; known: {', '.join(known)}")
    options.works = options.works or known
    options.result = BUILD / ("bench-cuda.json" if options.cuda else "bench.json")
    return options


def make_workers(options):
    """JAX computes on the device of the works only, and does not reserve most of its memory."""
    environment = {name: value for name, value in os.environ.items() if name not in ("OMP_WAIT_POLICY", "PYTHONPATH")}
    environment |= {"JAX_PLATFORMS": options.device, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    libraries = ["env", f"LD_LIBRARY_PATH={options.library_path}"] if options.library_path else []
    environment["FM_BENCH_PYTHON"] = str(options.python)
    commands = {"libfm": [*libraries, options.libfm],
                "libfm-one-thread": ["env", "FM_BENCH_THREADS=1", *libraries, options.libfm]}
    commands |= {name: [options.python, HERE / script, *rest] for name, (script, *rest) in COMMANDS.items()}
    workers = {name: Worker(name, command, environment, BUILD / f"bench-{name}.log") for name, command in commands.items()}
    return workers | {ROOFLINE: Roofline(workers["libfm"])}


def grouped(works):
    """{the peers' work: [libfm's works that are compared with it]}"""
    groups = {}
    for name in works:
        groups.setdefault(peers_name(name), []).append(name)
    return groups


def turns_of(peers_work, ours):
    """The turns (worker, work) of a round: libfm's in float32 and bfloat16, and the peers'."""
    work = WORKS[peers_work]
    turns = [("libfm", name) for name in ours] + [(peer, peers_work) for peer in work.peers]
    if work.kind == "train" and peers_work in ours and work.device == "cpu":
        turns.append((ROOFLINE, peers_work))
    return turns


def measure(peers_work, ours, workers, rounds, seconds):
    """A list of Ratio. In every round each worker has one turn; the first one changes from round to round."""
    turns = turns_of(peers_work, ours)
    for who, what in turns:
        say(f"{what}: preparing {who}")
        workers[who].time(what, 0.0)
    say(f"{peers_work}: {rounds} rounds of {len(turns)} turns")
    times = {turn: [] for turn in turns}
    for i in range(rounds):
        first = i % len(turns)
        for who, what in turns[first:] + turns[:first]:
            times[who, what].append(workers[who].time(what, seconds))
    return [ratios.of_rounds(name, who, times["libfm", name], times[who, what]) for name in ours for who, what in turns
            if who != "libfm" and (who != ROOFLINE or name == peers_work)]


def table(results):
    return ratios.markdown(results, [*PEERS, ROOFLINE])


def run(options):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:options.threads])  # inherited by the workers
    rounds, seconds = (3, 0.3) if options.quick else (9, 1.0)
    workers = make_workers(options)
    results = []
    try:
        for name, ours in grouped(options.works).items():
            results += measure(name, ours, workers, rounds, seconds)
            known = ratios.from_json(options.result.read_text()) if options.result.exists() else []
            options.result.write_text(ratios.to_json(ratios.replaced(known, results)))
    finally:
        for worker in workers.values():
            worker.close()
    print(table(results), end="")


def main(arguments):
    options = parse(arguments)
    try:
        if not options.markdown:
            run(options)
        elif options.result.exists():
            print(table(ratios.from_json(options.result.read_text())), end="")
        else:
            say(f"there are no measurements yet: {options.result} is missing")
            return 2
        return 0
    except (WorkerError, OSError) as error:
        say(error)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
