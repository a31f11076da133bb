"""EnvPool, which steps environments of Gymnasium in C++ threads: as many threads as processors, the best of several
numbers of copies."""

import os
from functools import partial

import envpool
import numpy as np
from serving import Timed, fastest, serve
from works import done_by

STEPS = 20


def stepping(env, copies):
    envs = envpool.make_gymnasium(env, num_envs=copies, num_threads=len(os.sched_getaffinity(0)), seed=0)
    envs.reset()
    random, space = np.random.default_rng(0), envs.action_space
    actions = [random.uniform(space.low, space.high, (copies, *space.shape)) for _ in range(STEPS)]

    def run():
        for action in actions:
            envs.step(action)

    return Timed(run, STEPS * copies)


def steps(work):
    return fastest([stepping(work.env, copies) for copies in (8, 64, 256)])


if __name__ == "__main__":
    serve({name: partial(steps, work) for name, work in done_by("envpool", "steps").items()})
