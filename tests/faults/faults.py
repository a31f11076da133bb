"""What the drivers of this folder share: tiny experiments, runs of the launcher, comparison of runs, tables."""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("FM", str(ROOT / "build/release/fm"))
os.environ.setdefault("FM_POLICY_LIBRARY", str(ROOT / "build/release/libfm/libfm_policy.so"))
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from launcher import TINY, clean  # noqa: E402

# About 0.4 s a run. Training saves its state at every step, so that it can be stopped everywhere.
SMALL = [*TINY, "collect.episodes=3", "network.mlp.hidden=[8, 8]", "network.time_embedding=4", "train.epochs=2",
         "train.batch_size=100", "train.rollout.every=0", "train.best=loss", "train.checkpoint_seconds=0",
         "sampler.steps=2", "eval.episodes=4", "threads=1"]

TEACHER = """name: teacher
env: {name: two_modes}
expert: {name: two_modes, two_modes: {resolution: 10}}
collect: {episodes: 2, noise: 0.0, uniform_states: 50}
network: {mlp: {hidden: [8]}, time_embedding: 4}
sampler: {steps: 2}
train: {epochs: 4, batch_size: 100, rollout: {every: 0}, best: loss, checkpoint_seconds: 0}
eval: {episodes: 2}
report: {figures: false}
"""

EXPERIMENTS = {
    "plain": [],
    "teacher": ["policy.name=one_step", "policy.teacher=teacher.yaml", "env.name=two_modes", "expert.name=two_modes",
                "expert.two_modes.resolution=10", "collect.episodes=2", "collect.noise=0", "collect.uniform_states=50"],
    "dagger": ["collect.rounds=2", "collect.round_episodes=2", "collect.round_epochs=1"],
    "reinflow": ["rl.name=reinflow", "rl.copies=4", "rl.segment=64", "rl.steps=5120", "rl.epochs=2", "rl.minibatches=2",
                 "rl.evaluate_every=4", "rl.critic.hidden=[16]", "train.epochs=3"],
}

# Text that no user should see: errors of the C++ runtime, of Python, of LibTorch and of other libraries.
RAW = ("terminate called", "Traceback", "Exception raised from", "frame #", "internal error", "AddressSanitizer",
       "runtime error", "std::", "filesystem error", "basic_string", "bad_alloc")

TIMEOUT = 60  # s


class Reading:
    """How a program ended: exit code (None: it did not end, negative: a signal), lines of stderr, its result."""

    def __init__(self, code, lines, result=None):
        self.code, self.lines, self.result = code, lines, result

    def crash(self):
        """What went wrong if the program neither worked nor reported an error; else None."""
        if self.code is None:
            return "timeout"
        if self.code < 0:
            return f"signal {-self.code}"
        raw = [line for line in self.lines if any(mark in line for mark in RAW)]
        if raw:
            return raw[-1]
        return None if self.code in (0, 1, 2) else f"exit code {self.code}"

    def last_line(self):
        return self.lines[-1] if self.lines else ""


def environment(**more):
    return {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", **more}


def fm(*arguments, cwd, kill_after=None, **more):
    """Runs fm. kill_after: seconds until SIGKILL. more: environment variables. Returns a Reading without result."""
    process = subprocess.Popen([os.environ["FM"], *map(str, arguments)], cwd=cwd, env=environment(**more), text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, errors="replace")
    try:
        _, errors = process.communicate(timeout=TIMEOUT if kill_after is None else kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        _, errors = process.communicate()
        if kill_after is None:
            return Reading(None, errors.splitlines())
    return Reading(process.returncode, errors.splitlines())


def fm_succeeds(*arguments, cwd, **more):
    done = fm(*arguments, cwd=cwd, **more)
    if done.code != 0:
        sys.exit(f"fm {' '.join(map(str, arguments))} failed ({done.code}) in {cwd}:\n" + "\n".join(done.lines))
    return done


def make_folder(parent, name):
    """A folder with the files that the experiments name."""
    folder = parent / name
    folder.mkdir()
    (folder / "small.yaml").write_text("name: small\n")
    (folder / "teacher.yaml").write_text(TEACHER)
    return folder


def run_directories(folder):
    """The directories below folder/runs that can be resumed, the student's last."""
    return sorted((path.parent for path in (folder / "runs").glob("*/*/config.yaml")), reverse=True)


def run_directory(folder):
    """That of the experiment `small`, or None."""
    return next((path for path in run_directories(folder) if path.parent.name == "small"), None)


def files_of(run):
    """{relative path: content} of everything in a run that is the same in equal runs."""
    found = {}
    for path in sorted(run.rglob("*")):
        name = str(path.relative_to(run))
        if path.suffix in (".h5", ".safetensors"):
            found[name] = path.read_bytes()
        elif path.name == "evaluation.json":
            found[name] = clean(json.loads(path.read_text()))
        elif path.name == "metrics.jsonl":
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            found[name] = [{key: value for key, value in line.items() if key not in ("time", "steps_per_second")}
                           for line in lines]
    return found


def all_files(folder):
    """files_of every run below a folder: of the student and its teacher. A directory without config.yaml is no run."""
    return {f"{run.parent.name}/{name}": content for run in run_directories(folder)
            for name, content in files_of(run).items()}


def difference(a, b):
    """Names of files that differ, as text; empty if none does."""
    return ", ".join(sorted(name for name in {*a, *b} if a.get(name) != b.get(name)))


def temporaries(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.tmp"))


def parser(description, trials):
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--trials", type=int, default=trials, help=f"default: {trials or 'all'}")
    result.add_argument("--seed", type=int, default=0)
    result.add_argument("--fm", default=os.environ["FM"], help="the launcher's binary (default: $FM or build/release)")
    return result


def start(options):
    """Applies the options that all drivers have."""
    os.environ["FM"] = str(pathlib.Path(options.fm).resolve())


def generator(*seeds):
    return random.Random(" ".join(map(str, seeds)))


class Workplace:
    """A temporary folder, removed at the end; fresh() is an empty folder for the next trial."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="fm_faults_")).resolve()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def fresh(self, name="trial"):
        shutil.rmtree(self.path / name, ignore_errors=True)
        return make_folder(self.path, name)


def print_table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))), flush=True)


def print_examples(title, lines, most=12):
    if lines:
        print(f"\n{title}")
    for line in lines[:most]:
        print(f"  {line}")
    if len(lines) > most:
        print(f"  ... and {len(lines) - most} more")
