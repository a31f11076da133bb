"""Gymnasium's vector environments of Pendulum-v1, in one process or several, whichever is faster on this machine."""

import os
from functools import partial

import gymnasium
import numpy as np
from serving import Timed, fastest, serve
from works import done_by

STEPS = 20


def stepping(vectorization, copies):
    envs = gymnasium.make_vec("Pendulum-v1", num_envs=copies, vectorization_mode=vectorization)
    envs.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-2.0, 2.0, (copies, 1)).astype(np.float32)

    def run():
        for _ in range(STEPS):
            envs.step(actions)

    return Timed(run, STEPS * copies)


def steps(_):
    processors = len(os.sched_getaffinity(0))
    return fastest([stepping("sync", 16), stepping("sync", 256), stepping("async", processors),
                    stepping("async", 8 * processors)])


if __name__ == "__main__":
    serve({name: partial(steps, work) for name, work in done_by("gymnasium", "steps").items()})
