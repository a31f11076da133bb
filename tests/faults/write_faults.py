#!/usr/bin/python3
"""A failing system call is one clean error, leaves no half-written file, and the run can be resumed.

    tests/faults/write_faults.py                                  every call of a tiny run, about six minutes
    tests/faults/write_faults.py --trials 30 --seed 2             a random selection
    tests/faults/write_faults.py --experiments plain,teacher,dagger --modes no_links

failing_calls.c, which is compiled here and preloaded, makes the k-th call of a kind fail below the runs folder:

    mode          calls                              what happens
    full          write                              ENOSPC: half of the bytes, then no more writes succeed
    io            write, fsync, rename, ftruncate    EIO, once
    full_once     fsync, rename, ftruncate, link     ENOSPC, once
    denied        rename, link                       EPERM, once
    kill          write, fsync, rename, link         SIGKILL; a write has written half of its bytes
    no_links      every link                         EPERM, as on a file system without hard links: the run must succeed
    no_links_full write, of data.h5                  the same, and ENOSPC after half of a write
    no_links_kill write, of data.h5                  the same, and SIGKILL after half of a write

After each the folder must hold no *.tmp (unless the process was killed) and no half-written file under a final name,
and `fm resume` without faults (`fm run`, if there is no config.yaml yet) must give the bytes of an undisturbed run.
Exit code 1 and a last line of stderr that names a file are expected, or success if only a link failed. With --trials
every row of the table gets a trial before any gets another.
"""

import collections
import errno
import functools
import json
import pathlib
import subprocess
import sys

import faults

ENOSPC, EIO, EPERM = errno.ENOSPC, errno.EIO, errno.EPERM
MODES = {
    "full": ({"FAULT_ERRNO": ENOSPC, "FAULT_HALF": 1, "FAULT_LASTING": 1}, ["write"]),
    "io": ({"FAULT_ERRNO": EIO}, ["write", "fsync", "rename", "ftruncate"]),
    "full_once": ({"FAULT_ERRNO": ENOSPC}, ["fsync", "rename", "ftruncate", "link"]),
    "denied": ({"FAULT_ERRNO": EPERM}, ["rename", "link"]),
    "kill": ({"FAULT_ERRNO": 0, "FAULT_HALF": 1}, ["write", "fsync", "rename", "link"]),
    "no_links": ({"FAULT_NO_LINKS": 1, "FAULT_ERRNO": EPERM}, [""]),
    "no_links_full": ({"FAULT_NO_LINKS": 1, "FAULT_ERRNO": ENOSPC, "FAULT_HALF": 1, "FAULT_LASTING": 1}, ["write"]),
    "no_links_kill": ({"FAULT_NO_LINKS": 1, "FAULT_ERRNO": 0, "FAULT_HALF": 1}, ["write"]),
}
DEFECTS = ("exit", "message", "left_tmp", "partial", "resume", "bytes")


def compile_shim(folder):
    library = folder / "failing_calls.so"
    source = pathlib.Path(__file__).with_name("failing_calls.c")
    subprocess.run(["cc", "-O1", "-w", "-shared", "-fPIC", source, "-o", library, "-ldl"], check=True)
    return library


class Fault:
    """Runs of one experiment with the shim."""

    def __init__(self, workplace, shim, name):
        self.workplace, self.shim, self.name = workplace, shim, name
        self.settings = [*faults.SMALL, *faults.EXPERIMENTS[name]]
        folder = workplace.fresh("whole")
        faults.fm_succeeds("run", "small.yaml", *self.settings, cwd=folder)
        self.whole = faults.all_files(folder)
        complete = [*folder.rglob("*.values"), *folder.rglob("config.yaml")]
        self.complete = {text(path, folder) for path in complete}

    def run(self, call, at, mode):
        """Returns the Reading, the lines of the report and the folder."""
        folder = self.workplace.fresh()
        report = self.workplace.path / "report"
        report.unlink(missing_ok=True)
        variables = {key: str(value) for key, value in mode.items()}
        reading = faults.fm("run", "small.yaml", *self.settings, cwd=folder, LD_PRELOAD=str(self.shim),
                            FAULT_FOLDER=str(folder / "runs"), FAULT_CALL=call, FAULT_AT=str(at),
                            FAULT_REPORT=str(report), **variables)
        lines = report.read_text().splitlines() if report.exists() else []
        return reading, [line.replace(str(folder), "") for line in lines], folder

    @functools.cache
    def calls(self, call, no_links):
        """The calls that an undisturbed run makes, as lines "CALL PATH"."""
        reading, lines, _ = self.run(call, 0, {"FAULT_NO_LINKS": no_links})
        if reading.code != 0:
            sys.exit(f"the run under the shim failed ({reading.code}): {reading.last_line()}")
        return lines

    def places(self, mode, call):
        """The numbers of the calls to fail. Without links only the copy of the data is different."""
        no_links = MODES[mode][0].get("FAULT_NO_LINKS", 0)
        if not call:
            return [0]
        return [at for at, line in enumerate(self.calls(call, no_links), 1)
                if not no_links or ("/small/" in line and "/data.h5" in line)]

    def resumed(self, folder):
        run = faults.run_directory(folder)
        return faults.fm(*(["resume", run] if run else ["run", "small.yaml", *self.settings]), cwd=folder)


def text(path, folder):
    """A file's content without the path of the trial's folder, which config.yaml may have."""
    return path.read_bytes().replace(bytes(folder), b"")


def is_partial(path, folder, complete):
    """Whether a file under a final name is not complete. complete: what config.yaml and *.values may hold."""
    content = path.read_bytes()
    if path.suffix == ".safetensors":
        length = int.from_bytes(content[:8], "little")
        if len(content) < 8 + length or length == 0:
            return True
        header = json.loads(content[8:8 + length])
        ends = [value["data_offsets"][1] for key, value in header.items() if key != "__metadata__"]
        return len(content) != 8 + length + max(ends, default=0)
    if path.suffix == ".h5":  # the superblock says where the file ends
        return len(content) < 36 or len(content) != int.from_bytes(content[28:36], "little")
    if path.suffix == ".json":
        try:
            json.loads(content)
        except ValueError:
            return True
    return path.suffix in (".values", ".yaml") and text(path, folder) not in complete


def examine(fault, mode_name, call, at):
    """The defects of one failure, as (kind, text), or None if it was not reached."""
    mode = MODES[mode_name][0]
    reading, report, folder = fault.run(call, at, mode)
    if at > 0 and not report:
        return None
    killed = mode["FAULT_ERRNO"] == 0
    found = []
    crash = reading.crash()
    if killed:
        if reading.code != -9:
            found.append(("exit", f"exit code {reading.code} of a killed process"))
    elif mode_name == "no_links" or reading.code == 0:
        may_succeed = call in ("", "link")
        if reading.code != 0 or not may_succeed:
            found.append(("exit", f"exit code {reading.code}: {reading.last_line()}"))
    elif crash or reading.code != 1:
        found.append(("exit", crash or f"exit code {reading.code}: {reading.last_line()}"))
    elif str(folder / "runs") not in reading.last_line():
        found.append(("message", reading.last_line()))
    if not killed and faults.temporaries(folder):
        found.append(("left_tmp", ", ".join(faults.temporaries(folder))))
    partial = [path for path in folder.glob("runs/**/*") if path.is_file() and is_partial(path, folder, fault.complete)]
    if partial:
        found.append(("partial", ", ".join(str(path.relative_to(folder)) for path in partial)))
    resumed = fault.resumed(folder)
    if resumed.code != 0:
        found.append(("resume", f"exit code {resumed.code}: {resumed.crash() or resumed.last_line()}"))
    else:
        different = faults.difference(fault.whole, faults.all_files(folder))
        if different:
            found.append(("bytes", different))
        left = [name for run in faults.run_directories(folder) for name in faults.temporaries(run)]
        if left:
            found.append(("left_tmp", "after resume: " + ", ".join(left)))
    where = report[0] if report else ""
    return [(kind, f"{kind}: {fault.name} {mode_name} {call} #{at} {where}: {what}") for kind, what in found]


def select(rows, options):
    """All trials, or options.trials of them, taken from all rows in turn."""
    total = sum(map(len, rows))
    if not 0 < options.trials < total:
        return [trial for row in rows for trial in row]
    draws = faults.generator(options.seed)
    shuffled = [draws.sample(row, len(row)) for row in rows]
    turns = [row[turn] for turn in range(max(map(len, rows))) for row in shuffled if turn < len(row)]
    chosen = set(turns[:options.trials])
    return [trial for row in rows for trial in row if trial in chosen]


def main():
    parser = faults.parser(__doc__, 0)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--experiments", default="plain", help=f"of {', '.join(faults.EXPERIMENTS)}")
    options = parser.parse_args()
    faults.start(options)
    rows, texts = {}, {}
    with faults.Workplace() as workplace:
        shim = compile_shim(workplace.path)
        trials = []
        experiments = {name: Fault(workplace, shim, name) for name in options.experiments.split(",")}
        for name, fault in experiments.items():
            for mode in options.modes.split(","):
                trials += [[(name, mode, call, at) for at in fault.places(mode, call)] for call in MODES[mode][1]]
        for name, mode, call, at in select(trials, options):
            row = rows.setdefault((name, mode, call), collections.Counter())
            found = examine(experiments[name], mode, call, at)
            row["trials"] += 1
            row["not_reached"] += found is None
            row["good"] += found == []
            row.update({kind for kind, _ in found or []})
            texts.setdefault((name, mode, call), []).extend(text for _, text in found or [])
    columns = ("trials", "not_reached", "good", *DEFECTS)
    faults.print_table(["experiment", "mode", "call", *columns],
                       [[*key, *(row[column] for column in columns)] for key, row in rows.items()])
    for key, lines in texts.items():
        faults.print_examples(" ".join(key), lines, 3)
    return 1 if any(texts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
