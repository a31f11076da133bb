#!/usr/bin/python3
"""A flipped bit in any file of a run is noticed, or changes nothing.

    tests/faults/bit_flips.py                              1000 trials of each format, about an hour
    tests/faults/bit_flips.py --trials 50 --formats config,last --seed 3
    tests/faults/bit_flips.py --fm PATH --policy-library PATH

A trial flips one random bit of a file and reads it with the program that uses it:

    data            a collected data.h5, by fm train data.files=[...]
    resumed_data    data.h5 of an interrupted run on own data without an environment, by fm resume
    best_eval       best.safetensors, by fm eval
    best_library    best.safetensors, by libfm_policy.so
    last            last.safetensors of a run interrupted in training, by fm resume
    config          its config.yaml, by fm resume
    provenance      its provenance.json, by fm resume
    evaluation      evaluation.h5, by the reader of scripts/plot
    parts           a part of an interrupted collection, by fm collect
    values          an expert's value table in the cache, by fm collect
    own             own data written by h5py, by fm train; not among the default formats, because such a file has no
                    checksums: a changed value in it looks like any other value

and has one of these outcomes; the last three are defects:

    refused      exit code 1 or 2, and a last line of stderr that names the file
    noticed      another result, and a line on stderr that names the file
    same         the result of the undamaged file
    different    another result, without a word
    unclear      refused with a message that does not name the file
    crash        a signal, a timeout, an error text of Python or of a library
"""

import collections
import ctypes
import math
import os
import pathlib
import pickle
import shutil
import signal
import subprocess
import sys
import time
import traceback

import faults
from faults import Reading

OUTCOMES = ("refused", "noticed", "same", "different", "unclear", "crash")
DEFECTS = OUTCOMES[3:]


class Run:
    """Tiny runs, made once: one that is finished, and ones that were interrupted in training."""

    def __init__(self, workplace):
        self.workplace = workplace
        self.folder = faults.make_folder(workplace.path, "runs")
        faults.fm_succeeds("run", "small.yaml", *faults.SMALL, cwd=self.folder)
        self.finished = faults.run_directory(self.folder)

    def file(self, name):
        return (self.finished / name).read_bytes()

    def interrupted(self, *settings):
        """The directory of a run that was stopped by a signal in the middle of its training."""
        for _ in range(10):
            folder = self.workplace.fresh("interrupted")
            write_own_data(folder / "own.h5")
            process = subprocess.Popen(
                [os.environ["FM"], "run", "small.yaml", *faults.SMALL, "train.epochs=10", *settings], cwd=folder,
                env=faults.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None and not list(folder.glob("runs/small/*/checkpoints/last.safetensors")):
                time.sleep(0.001)
            time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            if process.wait() == 130:
                return faults.run_directory(folder)
        sys.exit("a run could not be interrupted in its training")


def write_own_data(path):
    import h5py
    import numpy
    with h5py.File(path, "w") as file:
        for n in range(4):
            observations = numpy.random.default_rng(n).normal(size=(31, 5))
            group = file.create_group(f"episodes/{n}")
            group["observations"], group["actions"] = observations, observations[:-1, :2]
            group["rewards"] = numpy.zeros(30)


def in_child(work):
    """Runs work() in a forked process: it returns (exit code, lines of stderr, result)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(faults.TIMEOUT)
        os.close(read)
        try:
            answer = work()
        except BaseException:
            answer = (1, traceback.format_exc().splitlines(), None)
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Reading(-os.WTERMSIG(status), [])
    return Reading(*pickle.loads(content))


class Case:
    """A file and a program that reads it."""

    name = ""  # how messages name the file

    def __init__(self, run):
        self.workplace = run.workplace

    def original(self):
        """The content of the undamaged file."""

    def read(self, content):
        """Lets the program read a file with this content. Returns a Reading."""


class Training(Case):
    """Data that fm train takes from data.files."""

    name, settings = "copy.h5", ["train.epochs=1"]

    def __init__(self, run):
        super().__init__(run)
        self.content = run.file("data.h5")

    def original(self):
        return self.content

    def read(self, content):
        folder = self.workplace.fresh()
        (folder / self.name).write_bytes(content)
        settings = [*faults.SMALL, *self.settings, f"data.files=[{self.name}]"]
        reading = faults.fm("train", "small.yaml", *settings, cwd=folder)
        if reading.code == 0:
            reading.result = faults.all_files(folder)
        return reading


class OwnData(Training):
    settings = ["train.epochs=1", "env.name=none"]

    def __init__(self, run):
        Case.__init__(self, run)
        path = self.workplace.path / "own.h5"
        write_own_data(path)
        self.content = path.read_bytes()


class Resume(Case):
    """A file of a run that was interrupted in training."""

    file, settings = "", []

    def __init__(self, run):
        super().__init__(run)
        self.name = pathlib.Path(self.file).name
        self.stopped = self.workplace.path / f"stopped_{type(self).__name__}"
        shutil.copytree(run.interrupted(*self.settings), self.stopped)

    def original(self):
        return (self.stopped / self.file).read_bytes()

    def read(self, content):
        folder = self.workplace.fresh()
        write_own_data(folder / "own.h5")
        shutil.copytree(self.stopped, folder / "run")
        (folder / "run" / self.file).write_bytes(content)
        reading = faults.fm("resume", "run", cwd=folder)
        if reading.code == 0:
            reading.result = faults.files_of(folder / "run")
            if self.name == "data.h5":  # which stays damaged
                del reading.result["data.h5"]
        return reading


class ResumedData(Resume):
    file, settings = "data.h5", ["env.name=none", "data.files=[own.h5]"]


class Last(Resume):
    file = "checkpoints/last.safetensors"


class Config(Resume):
    file = "config.yaml"


class Provenance(Resume):
    file = "provenance.json"


class BestEval(Case):
    name = "copy.safetensors"

    def __init__(self, run):
        super().__init__(run)
        self.content = run.file("checkpoints/best.safetensors")

    def original(self):
        return self.content

    def read(self, content):
        folder = self.workplace.fresh()
        (folder / self.name).write_bytes(content)
        reading = faults.fm("eval", self.name, "eval.episodes=2", "threads=1", cwd=folder)
        if reading.code == 0:
            found = {path.parent: faults.files_of(path.parent) for path in folder.rglob("evaluation.json")}
            reading.result = list(found.values())
        return reading


class BestLibrary(BestEval):
    """Opens the checkpoint and acts for a hundred steps: bounds hide some differences of single actions."""

    def __init__(self, run):
        super().__init__(run)
        self.library = ctypes.CDLL(os.environ["FM_POLICY_LIBRARY"])
        self.library.fm_policy_open.restype = ctypes.c_void_p

    def read(self, content):
        path = self.workplace.fresh() / self.name
        path.write_bytes(content)
        return in_child(lambda: self.act(str(path).encode()))

    def act(self, path):
        error = ctypes.create_string_buffer(1000)
        policy = ctypes.c_void_p(self.library.fm_policy_open(path, None, error, ctypes.sizeof(error)))
        if not policy:
            return 2, error.value.decode(errors="replace").splitlines(), None
        kinds = ("observation", "goal", "action", "noise")
        sizes = [getattr(self.library, f"fm_policy_{kind}_size")(policy) for kind in kinds]
        actions = []
        for step in range(100):
            observation = (ctypes.c_double * sizes[0])(*(math.sin(step + i) for i in range(sizes[0])))
            goal, action = (ctypes.c_double * sizes[1])(*[0.1] * sizes[1]), (ctypes.c_double * sizes[2])()
            code = self.library.fm_policy_act(policy, observation, goal if sizes[1] else None, None, action)
            actions.append((code, bytes(action)))
        return 0, [], (sizes, actions)


class Evaluation(Case):
    name = "evaluation.h5"

    def __init__(self, run):
        super().__init__(run)
        self.content = run.file(self.name)
        sys.path.insert(0, str(faults.ROOT / "scripts"))
        from figures.checked_hdf5 import InputError
        from figures.run import load
        self.load, self.error = load, InputError

    def original(self):
        return self.content

    def read(self, content):
        folder = self.workplace.fresh()
        (folder / self.name).write_bytes(content)
        return in_child(lambda: self.values(folder))

    def values(self, folder):
        try:
            return 0, [], plain(self.load(folder))
        except self.error as error:
            return 2, str(error).splitlines(), None


def plain(value):
    """Structs, lists and arrays as tuples that can be compared: NaN equals NaN."""
    if hasattr(value, "tobytes"):
        return value.shape, str(value.dtype), value.tobytes()
    if hasattr(value, "__dict__"):
        return tuple((key, plain(member)) for key, member in vars(value).items() if key != "directory")
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value))
    return repr(value)


class Collection(Case):
    """A file of the cache that a collection goes on from; a damaged one is to be made anew."""

    settings, pattern = [], ""

    def __init__(self, run):
        super().__init__(run)
        self.folder = self.workplace.fresh(f"collection_{type(self).__name__}")
        faults.fm_succeeds("collect", "small.yaml", *faults.SMALL, *self.settings, cwd=self.folder)
        self.prepare(self.folder / "runs/cache")
        self.file = next(self.folder.glob(self.pattern)).relative_to(self.folder)
        self.name = self.file.name

    def original(self):
        return (self.folder / self.file).read_bytes()

    def read(self, content):
        folder = self.workplace.fresh()
        shutil.copytree(self.folder / "runs", folder / "runs")
        (folder / self.file).write_bytes(content)
        reading = faults.fm("collect", "small.yaml", *faults.SMALL, *self.settings, cwd=folder)
        if reading.code == 0:
            reading.result = [path.read_bytes() for path in folder.glob("runs/cache/data_*/data.h5")]
        return reading


class Parts(Collection):
    pattern = "runs/cache/data_*/parts/000000.h5"

    def prepare(self, cache):
        """A dataset of fewer than 500 episodes and without uniform states is its only part."""
        data = next(cache.glob("data_*/data.h5"))
        (data.parent / "parts").mkdir()
        data.rename(data.parent / "parts/000000.h5")


class Values(Collection):
    pattern = "runs/cache/optimal-*.values"
    settings = ["env.name=two_modes", "expert.name=two_modes", "expert.two_modes.resolution=10"]

    def prepare(self, cache):
        shutil.rmtree(next(cache.glob("data_*")))


FORMATS = {"data": Training, "resumed_data": ResumedData, "best_eval": BestEval, "best_library": BestLibrary,
           "last": Last, "config": Config, "provenance": Provenance, "evaluation": Evaluation, "parts": Parts,
           "values": Values, "own": OwnData}


def outcome(reading, undamaged, name):
    """One of OUTCOMES, and what was seen."""
    crash = reading.crash()
    if crash:
        return "crash", crash
    if reading.code != 0:
        return "refused" if name in reading.last_line() else "unclear", reading.last_line()
    if reading.result == undamaged.result:
        return "same", ""
    said = [line for line in reading.lines if name in line and line not in undamaged.lines]
    return ("noticed", said[0]) if said else ("different", "")


def flipped(content, bit):
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def examine(format_name, run, options):
    """Counts of outcomes of one format, and lines about the defects."""
    case = FORMATS[format_name](run)
    content = case.original()
    undamaged, again = case.read(content), case.read(content)
    if undamaged.code != 0 or undamaged.result != again.result:
        sys.exit(f"{format_name}: the undamaged file does not give one result:\n" + "\n".join(undamaged.lines))
    counts, defects = collections.Counter(), []
    draws = faults.generator(options.seed, format_name)
    for _ in range(options.trials):
        bit = draws.randrange(8 * len(content))
        kind, seen = outcome(case.read(flipped(content, bit)), undamaged, case.name)
        counts[kind] += 1
        if kind in DEFECTS:
            around = content[max(0, bit // 8 - 24):bit // 8 + 8]
            defects.append(f"{kind}: {format_name}: bit {bit % 8} of byte {bit // 8} in {around!r} {seen}")
    return [format_name, len(content), *(counts[kind] for kind in OUTCOMES)], defects


def main():
    parser = faults.parser(__doc__, 1000)
    parser.add_argument("--formats", default=",".join(name for name in FORMATS if name != "own"))
    parser.add_argument("--policy-library", default=os.environ["FM_POLICY_LIBRARY"])
    parser.add_argument("--examples", type=int, default=12, help="defects that are listed for each format")
    options = parser.parse_args()
    unknown = set(options.formats.split(",")) - set(FORMATS)
    if unknown:
        parser.error(f"--formats: unknown: {', '.join(sorted(unknown))} (known: {', '.join(FORMATS)})")
    faults.start(options)
    os.environ["FM_POLICY_LIBRARY"] = str(pathlib.Path(options.policy_library).resolve())
    rows, defects = [], []
    with faults.Workplace() as workplace:
        run = Run(workplace)
        for name in options.formats.split(","):
            row, found = examine(name, run, options)
            rows.append(row)
            defects += found
            faults.print_examples(f"{name}: {len(found)} defects", found, options.examples)
    faults.print_table(["format", "bytes", *OUTCOMES], rows)
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main())
