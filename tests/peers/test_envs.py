"""Environments for tests of the bridge, registered on import: spaces of every kind, and ways to fail."""

import os
import signal
import tempfile
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Reach(gymnasium.Env):
    """A goal-conditioned point on a line, which an action moves; terminated at the goal."""

    metadata = {"render_fps": 20}
    observation_space = spaces.Dict({
        "observation": spaces.Box(-10.0, 10.0, (2,)),
        "achieved_goal": spaces.Box(-10.0, 10.0, (1,)),
        "desired_goal": spaces.Box(-1.0, 1.0, (1,))})
    action_space = spaces.Box(-0.5, 0.5, (1,), np.float32)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.x, self.goal = self.np_random.uniform(-1, 1), self.np_random.uniform(-1, 1)
        return self.seen(0.0), {}

    def seen(self, move):
        return {"observation": np.array([self.x, move]), "achieved_goal": np.array([self.x]),
                "desired_goal": np.array([self.goal])}

    def step(self, action):
        self.x += float(action[0])
        near = abs(self.x - self.goal) < 0.05
        return self.seen(float(action[0])), -abs(self.x - self.goal), near, False, {"is_success": near}


class Spaces(gymnasium.Env):
    """Echoes its actions."""

    action_space = spaces.Dict({
        "mode": spaces.Discrete(3, start=-1),
        "push": spaces.Tuple((spaces.Box(-1.0, 1.0, (2,)), spaces.MultiBinary(2)))})
    observation_space = spaces.Dict({"mode": spaces.Discrete(3, start=-1), "push": spaces.Box(-9.0, 9.0, (2,)),
                                     "on": spaces.MultiBinary(2), "count": spaces.Box(0, 1000, (), np.int64)})

    def reset(self, seed=None, options=None):
        self.count = 0
        return self.seen(0, np.zeros(2), np.zeros(2, np.int8)), {}

    def seen(self, mode, push, on):
        return {"mode": mode, "push": push, "on": on, "count": np.int64(self.count)}

    def step(self, action):
        push, on = action["push"]
        assert on.dtype == np.int8 and self.action_space.contains(action), action
        self.count += 1
        return self.seen(action["mode"], push, on), float(action["mode"]), False, False, {}


class Failing(gymnasium.Env):
    """Does in its third step what its argument says."""

    observation_space = spaces.Box(-np.inf, np.inf, (1,))
    action_space = spaces.Box(-1.0, 1.0, (1,))

    def __init__(self, how, render_mode=None):
        self.how = how
        if how == "construction":
            raise RuntimeError("no such robot")

    def reset(self, seed=None, options=None):
        self.steps = 0
        return np.zeros(1), {}

    def step(self, action):
        self.steps += 1
        observation, reward = np.zeros(1), 0.0
        if self.steps == 3:
            if self.how == "raise":
                raise ValueError("the gripper is stuck")
            if self.how == "die":
                os.kill(os.getpid(), signal.SIGSEGV)
            if self.how == "exit":
                print("out of licences")
                os._exit(3)
            if self.how == "hang":
                time.sleep(1000)
            if self.how == "print":
                os.write(1, b"x" * 300_000)
            if self.how == "nan observation":
                observation[0] = np.nan
            if self.how == "nan reward":
                reward = np.nan
        return observation, reward, False, False, {}


class Closing(Reach):
    """A file exists until it is closed."""

    def __init__(self, folder, render_mode=None):
        super().__init__()
        self.file = tempfile.NamedTemporaryFile(dir=folder, delete=False)

    def close(self):
        os.remove(self.file.name)


class Picture(gymnasium.Env):
    observation_space = spaces.Box(0, 255, (96, 96, 3), np.uint8)
    action_space = spaces.Box(-1.0, 1.0, (1,))


class Words(gymnasium.Env):
    observation_space = spaces.Dict({"says": spaces.Text(10)})
    action_space = spaces.Box(-1.0, 1.0, (1,))


for cls in (Reach, Spaces, Failing, Closing, Picture, Words):
    gymnasium.register(f"test/{cls.__name__}-v0", f"test_envs:{cls.__name__}", max_episode_steps=40,
                       disable_env_checker=True)
gymnasium.register("test/Endless-v0", "test_envs:Spaces", disable_env_checker=True)
