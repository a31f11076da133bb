"""Gymnasium's vector environments. For `steps` in one process or several, whichever is faster on this machine; for
`bridge`, with which libfm's own worker processes are compared, AsyncVectorEnv with 8 copies."""

import os
from functools import partial

import gymnasium
import numpy as np
from serving import Timed, fastest, serve
from works import done_by

STEPS = 20


def stepping(env, vectorization, copies):
    envs = gymnasium.make_vec(env, num_envs=copies, vectorization_mode=vectorization)
    envs.reset(seed=0)
    envs.action_space.seed(0)
    actions = [envs.action_space.sample() for _ in range(STEPS)]

    def run():
        for action in actions:
            envs.step(action)

    return Timed(run, STEPS * copies)


def steps(work):
    processors = len(os.sched_getaffinity(0))
    return fastest([stepping(work.env, "sync", 16), stepping(work.env, "sync", 256 if work.env == "Pendulum-v1" else 4),
                    stepping(work.env, "async", processors), stepping(work.env, "async", 8 * processors)])


def bridge(work):
    return stepping(work.env, "async", 8)


if __name__ == "__main__":
    serve({name: partial(steps if work.kind == "steps" else bridge, work)
           for name, work in done_by("gymnasium", "steps", "bridge").items()})
