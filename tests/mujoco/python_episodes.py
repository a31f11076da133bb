"""Episodes of Gymnasium's and dm_control's own environments with random actions, as datasets: what libfm's environments
of the same names must reproduce from the same states and actions.

    python_episodes.py FOLDER    writes FOLDER/ENVIRONMENT.h5
"""

import os
import pathlib
import sys

os.environ["MUJOCO_GL"] = "disable"

import gymnasium
import h5py
import mujoco
import numpy as np
from dm_control import suite
from gymnasium.envs.mujoco.humanoid_v5 import mass_center

EPISODES = 20
STATE = mujoco.mjtState.mjSTATE_INTEGRATION


def physics_state(model, data):
    state = np.empty(mujoco.mj_stateSize(model, STATE))
    mujoco.mj_getState(model, data, state, STATE)
    return state


class Gymnasium:
    """The unwrapped environment: in double precision, without a time limit of its own."""

    def __init__(self, name, carried):
        self.env = gymnasium.make(name).unwrapped
        self.carried = carried
        self.low, self.high = self.env.action_space.low, self.env.action_space.high

    def reset(self, seed):
        return self.env.reset(seed=seed)[0]

    def step(self, action):
        observation, reward, terminated, _, _ = self.env.step(action)
        return observation, reward, terminated

    def state(self):
        model, data = self.env.model, self.env.data
        return np.concatenate([physics_state(model, data), *(np.ravel(x) for x in self.carried(model, data))])


class Suite:
    def __init__(self, domain, task):
        self.make = lambda seed: suite.load(domain, task, task_kwargs={"random": seed})
        specification = self.make(0).action_spec()
        self.low, self.high = specification.minimum, specification.maximum

    def reset(self, seed):
        self.env = self.make(seed)
        return self.flat(self.env.reset())

    def step(self, action):
        moment = self.env.step(action)
        return self.flat(moment), moment.reward, False

    def state(self):
        return physics_state(self.env.physics.model.ptr, self.env.physics.data.ptr)

    @staticmethod
    def flat(moment):
        return np.concatenate([np.ravel(part) for part in moment.observation.values()])


def x_position(model, data):
    return [data.qpos[0]]


def ant_carried(model, data):
    return [data.body("torso").xpos[:2], np.clip(data.cfrc_ext[1:], -1.0, 1.0)]


def humanoid_carried(model, data):
    return [mass_center(model, data), data.cinert[1:], data.cvel[1:], data.qfrc_actuator[6:], data.cfrc_ext[1:]]


ENVIRONMENTS = {
    "hopper": lambda: Gymnasium("Hopper-v5", x_position),
    "walker2d": lambda: Gymnasium("Walker2d-v5", x_position),
    "half_cheetah": lambda: Gymnasium("HalfCheetah-v5", x_position),
    "ant": lambda: Gymnasium("Ant-v5", ant_carried),
    "humanoid": lambda: Gymnasium("Humanoid-v5", humanoid_carried),
    "cart_pole_swing_up": lambda: Suite("cartpole", "swingup"),
    "acrobot": lambda: Suite("acrobot", "swingup"),
    "dm_humanoid-stand": lambda: Suite("humanoid", "stand"),
    "dm_humanoid-walk": lambda: Suite("humanoid", "walk"),
    "dm_humanoid-run": lambda: Suite("humanoid", "run"),
}


def roll_out(env, seed):
    """Arrays of one episode. Actions are small in every other one, which then lasts longer."""
    random = np.random.default_rng(seed)
    scale = 1.0 if seed % 2 else 0.2
    observations, states, actions, rewards, terminated = [env.reset(seed)], [env.state()], [], [], []
    while len(actions) < 1000 and not (terminated and terminated[-1]):
        actions.append(scale * random.uniform(env.low, env.high))
        observation, reward, ended = env.step(actions[-1])
        observations.append(observation)
        states.append(env.state())
        rewards.append(reward)
        terminated.append(ended)
    return {"observations": observations, "states": states, "actions": actions, "rewards": rewards,
            "terminated": np.array(terminated, np.uint8)}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in ENVIRONMENTS.items():
        env = make()
        with h5py.File(folder / f"{name}.h5", "w") as file:
            for seed in range(EPISODES):
                for key, values in roll_out(env, seed).items():
                    file[f"episodes/{seed}/{key}"] = np.array(values)


main(pathlib.Path(sys.argv[1]))
