#!/usr/bin/python3
"""A run that is killed at random times and resumed ends with the bytes of an undisturbed run.

    tests/faults/kill.py                                  40 trials, about two minutes
    tests/faults/kill.py --trials 200 --experiments dagger --seed 3

A trial sends SIGKILL to `fm run` at a random time, then resumes; half of the resumes are killed too. A run that was
killed before it had a config.yaml is started again. Compared are data.h5, rounds, all checkpoints, evaluation.h5,
evaluation.json without its latency and metrics.jsonl without its times, of the student and, where there is one, its
teacher. Experiments: plain, with a teacher that is trained first, with DAgger rounds, and with reinforcement learning.
write_faults.py kills at every system call.
"""

import collections
import sys
import time

import faults

LONGER = [*faults.SMALL, "train.epochs=20", "train.rollout.every=5", "train.best=return"]
OUTCOMES = ("before_config", "running", "finished")  # when the first kill came
DEFECTS = ("different", "left_tmp", "failed")


class Victim:
    def __init__(self, workplace, name):
        self.workplace, self.name = workplace, name
        self.settings = [*LONGER, *faults.EXPERIMENTS[name]]
        folder = workplace.fresh("whole")
        begin = time.monotonic()
        faults.fm_succeeds("run", "small.yaml", *self.settings, cwd=folder)
        self.seconds = time.monotonic() - begin
        self.whole = faults.all_files(folder)

    def go_on(self, folder, kill_after=None):
        run = faults.run_directory(folder)
        arguments = ["resume", run] if run else ["run", "small.yaml", *self.settings]
        return faults.fm(*arguments, cwd=folder, kill_after=kill_after)

    def trial(self, draws):
        """One of OUTCOMES, the state at the first kill; and defects as (kind, text)."""
        folder, kills = self.workplace.fresh(), [draws.uniform(0.0, 1.1 * self.seconds)]
        reading = self.go_on(folder, kills[0])
        state = "finished" if reading.code == 0 else "running" if faults.run_directories(folder) else "before_config"
        while reading.code == -9 and draws.random() < 0.5:
            kills.append(draws.uniform(0.0, self.seconds))
            reading = self.go_on(folder, kills[-1])
        if reading.code != 0:
            reading = self.go_on(folder) if reading.code == -9 else reading
        at = f"{self.name}, killed after {', '.join(f'{seconds:.3f}' for seconds in kills)} s: "
        if reading.code != 0:
            return state, [("failed", at + f"exit code {reading.code}: {reading.crash() or reading.last_line()}")]
        defects = []
        different = faults.difference(self.whole, faults.all_files(folder))
        if different:
            defects.append(("different", at + different))
        left = [name for run in faults.run_directories(folder) for name in faults.temporaries(run)]
        if left:
            defects.append(("left_tmp", at + ", ".join(left)))
        return state, defects


def main():
    parser = faults.parser(__doc__, 40)
    parser.add_argument("--experiments", default=",".join(faults.EXPERIMENTS))
    options = parser.parse_args()
    faults.start(options)
    rows, texts, draws = {}, [], faults.generator(options.seed)
    with faults.Workplace() as workplace:
        victims = [Victim(workplace, name) for name in options.experiments.split(",")]
        for number in range(options.trials):
            victim = victims[number % len(victims)]
            state, defects = victim.trial(draws)
            row = rows.setdefault(victim.name, collections.Counter())
            row.update([state, *(kind for kind, _ in defects)])
            texts += [f"{kind}: {text}" for kind, text in defects]
    columns = (*OUTCOMES, *DEFECTS)
    faults.print_table(["experiment", *columns],
                       [[name, *(row[column] for column in columns)] for name, row in rows.items()])
    faults.print_examples("defects", texts, 40)
    return 1 if texts else 0


if __name__ == "__main__":
    sys.exit(main())
