"""PPO of Stable-Baselines3, or with --jax of SBX: an iteration of collection and updates, with observations and rewards
normalised. The copies run in this process or in several, whichever is faster on this machine."""

import os
import sys
from functools import partial

import gymnasium
import torch
from serving import Timed, fastest, serve
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecNormalize
from works import PPO_COPIES, PPO_EPOCHS, PPO_SEGMENT, done_by

if "--jax" in sys.argv:
    import flax.linen
    from sbx import PPO

    PEER, SILU = "sbx", flax.linen.silu
else:
    from stable_baselines3 import PPO

    PEER, SILU = "stable-baselines3", torch.nn.SiLU

STEPS = PPO_COPIES * PPO_SEGMENT


def learning(work, vectorization, threads):
    env = VecNormalize(vectorization([partial(gymnasium.make, work.env)] * PPO_COPIES))
    widths = [work.sizes.width] * work.sizes.layers
    model = PPO("MlpPolicy", env, n_steps=PPO_SEGMENT, batch_size=work.batch, n_epochs=PPO_EPOCHS, device="cpu", seed=0,
                policy_kwargs={"net_arch": widths, "activation_fn": SILU})

    def run():
        torch.set_num_threads(threads)
        model.learn(STEPS, reset_num_timesteps=False)

    return Timed(run, STEPS)


def ppo(work):
    processors = len(os.sched_getaffinity(0))
    ways = [(DummyVecEnv, 1), (DummyVecEnv, processors), (SubprocVecEnv, 1)]
    return fastest([learning(work, *way) for way in ways], rounds=2)


if __name__ == "__main__":
    serve({name: partial(ppo, work) for name, work in done_by(PEER, "ppo").items()})
