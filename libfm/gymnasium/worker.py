"""A process that runs copies of a Gymnasium environment for libfm. It is given on the command line of Python, with the
options as JSON; its file descriptors are

    3  a socket: requests of one byte, answered by b"." if done or b"!" if failed; its end means that libfm has ended
    4  shared memory: see layout()

It first sends its description, one line of JSON.
"""

import ctypes
import hashlib
import importlib
import json
import mmap
import os
import signal
import sys
import traceback

SOCKET, MEMORY = 3, 4
MESSAGE_BYTES = 16384
IDLE, STEP, RESET = 0, 1, 2


def die_with_parent(parent):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() == parent:
        return
    if os.getppid() != 1:
        print("env.gymnasium.python must be the interpreter itself, or a program that becomes it (exec)")
    os._exit(1)


def reply(data):
    while data:
        data = data[os.write(SOCKET, data):]


class Refused(Exception):
    """A problem whose message is complete without a traceback."""


def box_names(name, shape):
    if shape == ():
        return [name]
    return [" ".join(filter(None, (name, *map(str, index)))) for index in np.ndindex(shape)]


class Flat:
    """A space as a row of numbers: names, bounds, and conversions both ways."""

    def __init__(self, space, name, use):
        spaces = gymnasium.spaces
        self.space, self.parts, self.keys = space, [], []
        self.names, self.low, self.high = [], [], []
        if isinstance(space, spaces.Box):
            if not np.issubdtype(space.dtype, np.number):
                raise Refused(f"{use}: a Box of dtype {space.dtype} is not supported")
            self.names = box_names(name, space.shape)
            self.low, self.high = (np.asarray(b, float).ravel().tolist() for b in (space.low, space.high))
        elif isinstance(space, spaces.Discrete):
            self.names = [f"{name} is {space.start + i}".strip() for i in range(int(space.n))]
            self.low, self.high = [0.0] * int(space.n), [1.0] * int(space.n)
        elif isinstance(space, spaces.MultiBinary):
            self.names = box_names(name, space.shape)
            self.low, self.high = [0.0] * len(self.names), [1.0] * len(self.names)
        elif isinstance(space, (spaces.Dict, spaces.Tuple)):
            self.keys = list(space.spaces) if isinstance(space, spaces.Dict) else list(range(len(space.spaces)))
            for key in self.keys:
                part = Flat(space[key], f"{name} {key}".strip(), use)
                self.parts.append(part)
                self.names += part.names
                self.low += part.low
                self.high += part.high
        else:
            raise Refused(f"{use}: a space of type {type(space).__name__} is not supported, only Box, Discrete, "
                          f"MultiBinary, and Dict and Tuple of them")
        if len(self.names) > 10_000:
            raise Refused(f"{use}: {len(self.names)} numbers are more than 10000; images are not supported")

    def __len__(self):
        return len(self.names)

    def write(self, value, row):
        """Writes a value of the space into a row of numbers."""
        if self.parts:
            start = 0
            for key, part in zip(self.keys, self.parts):
                part.write(value[key], row[start:start + len(part)])
                start += len(part)
        elif isinstance(self.space, gymnasium.spaces.Discrete):
            row[:] = 0.0
            row[int(value) - int(self.space.start)] = 1.0
        else:
            row[:] = np.asarray(value, dtype=float).ravel()

    def read(self, row):
        """The value that a row stands for; of a Discrete space the one with the largest number."""
        spaces = gymnasium.spaces
        if self.parts:
            values, start = [], 0
            for part in self.parts:
                values.append(part.read(row[start:start + len(part)]))
                start += len(part)
            return dict(zip(self.keys, values)) if isinstance(self.space, spaces.Dict) else tuple(values)
        if isinstance(self.space, spaces.Discrete):
            return self.space.start + int(np.argmax(row))
        if isinstance(self.space, spaces.MultiBinary):
            return (row > 0.5).astype(self.space.dtype).reshape(self.space.shape)
        if np.issubdtype(self.space.dtype, np.integer):
            row = np.rint(row)
        return row.astype(self.space.dtype).reshape(self.space.shape)

    def dimensions(self):
        """Infinite bounds are null: JSON has no infinity."""
        finite = lambda bound: bound if np.isfinite(bound) else None
        return [{"name": name, "low": finite(low), "high": finite(high)}
                for name, low, high in zip(self.names, self.low, self.high)]


def is_goal_conditioned(space):
    return isinstance(space, gymnasium.spaces.Dict) and {"observation", "desired_goal"} <= set(space.spaces)


def content(env):
    """What determines the environment beside its arguments."""
    file = getattr(sys.modules.get(type(env.unwrapped).__module__), "__file__", None)
    source = hashlib.sha256(open(file, "rb").read()).hexdigest() if file else ""
    return f"Python {sys.version.split()[0]}, Gymnasium {gymnasium.__version__}, NumPy {np.__version__}, {source}"


def make(options):
    arguments = dict(options["arguments"])  # without a render_mode nothing is rendered
    if options["horizon"] > 0:
        arguments["max_episode_steps"] = options["horizon"]
    return gymnasium.make(options["id"], **arguments)


class Copies:
    def __init__(self, options):
        self.options = options
        self.envs = [make(options)]

    def description(self):
        """Reads the spaces, too."""
        env = self.envs[0]
        space = env.observation_space
        self.goal_conditioned = is_goal_conditioned(space)
        if self.goal_conditioned:
            rest = {key: part for key, part in space.spaces.items() if key != "desired_goal"}
            self.observation = Flat(gymnasium.spaces.Dict(rest), "", "observations")
            self.goal = Flat(space["desired_goal"], "goal", "goals")
        else:
            self.observation = Flat(space, "" if isinstance(space, gymnasium.spaces.Dict) else "observation",
                                    "observations")
            self.goal = Flat(gymnasium.spaces.Tuple(()), "", "goals")
        action = env.action_space
        self.action = Flat(action, "" if isinstance(action, gymnasium.spaces.Dict) else "action", "actions")
        self.horizon = env.spec.max_episode_steps if env.spec else None
        step = getattr(env.unwrapped, "dt", None)
        rate = env.metadata.get("render_fps")
        return {"content": content(env), "observations": self.observation.dimensions(), "actions": self.action.dimensions(),
                "goals": self.goal.dimensions(), "horizon": self.horizon or 0,
                "time_step": float(step) if isinstance(step, (int, float)) and step > 0 else 1.0 / rate if rate else 1.0}

    def layout(self, copies):
        """The arrays in shared memory, each at a multiple of 64 bytes, in this order; libfm computes the same."""
        return [("message", np.uint8, (MESSAGE_BYTES,)), ("command", np.uint8, (copies,)),
                ("seed", np.uint64, (copies,)), ("action", np.float64, (copies, len(self.action))),
                ("observation", np.float64, (copies, len(self.observation))),
                ("goal", np.float64, (copies, len(self.goal))), ("reward", np.float64, (copies,)),
                ("terminated", np.uint8, (copies,)), ("truncated", np.uint8, (copies,)),
                ("success", np.uint8, (copies,))]

    def share(self, memory, copies):
        start = 0
        for name, dtype, shape in self.layout(copies):
            count = int(np.prod(shape))
            setattr(self, "shared_" + name, np.frombuffer(memory, dtype, count, start).reshape(shape))
            start += -(-count * np.dtype(dtype).itemsize // 64) * 64

    def observe(self, i, observation):
        row = self.shared_observation[i]
        if self.goal_conditioned:
            self.goal.write(observation["desired_goal"], self.shared_goal[i])
            self.check(self.shared_goal[i], self.goal, "goal")
        self.observation.write(observation, row)
        self.check(row, self.observation, "observation")

    @staticmethod
    def check(row, flat, what):
        if not np.isfinite(row).all():
            column = int(np.argmin(np.isfinite(row)))
            raise Refused(f"the {what} '{flat.names[column]}' is {row[column]}")

    def reset(self, i):
        observation, _ = self.envs[i].reset(seed=int(self.shared_seed[i]))
        self.observe(i, observation)

    def step(self, i):
        observation, reward, terminated, truncated, info = self.envs[i].step(self.action.read(self.shared_action[i]))
        if not np.isfinite(reward):
            raise Refused(f"the reward is {reward}")
        self.observe(i, observation)
        self.shared_reward[i] = reward
        self.shared_terminated[i], self.shared_truncated[i] = bool(terminated), bool(truncated)
        success = info.get("is_success", info.get("success", False))
        self.shared_success[i] = bool(np.all(success))

    def close(self):
        for env in self.envs:
            try:
                env.close()
            except Exception:
                pass  # nothing is lost: its results are known

    def serve(self):
        while os.read(SOCKET, 1):
            try:
                for i in np.flatnonzero(self.shared_command):
                    (self.step if self.shared_command[i] == STEP else self.reset)(i)
                reply(b".")
            except Exception as error:
                self.fail(error)

    def fail(self, error):
        text = str(error) if isinstance(error, Refused) else traceback.format_exc()
        data = text.encode("utf-8", "replace")[-MESSAGE_BYTES + 1:] + b"\0"
        self.shared_message[:len(data)] = np.frombuffer(data, np.uint8)
        reply(b"!")


def run(copies, count):
    copies.share(mmap.mmap(MEMORY, 0), count)
    try:
        for _ in range(count - 1):
            copies.envs.append(make(copies.options))
        reply(b".")
    except Exception as error:
        copies.fail(error)
        return
    copies.serve()


def main():
    options = json.loads(sys.argv[1])
    die_with_parent(options["parent"])
    global gymnasium, np
    copies = None
    try:
        np = importlib.import_module("numpy")
        gymnasium = importlib.import_module("gymnasium")
        copies = Copies(options)
        description = copies.description()
    except Refused as error:
        description = {"error": str(error)}
    except Exception:
        description = {"error": traceback.format_exc()}
    reply(json.dumps(description).encode() + b"\n")
    try:
        if "error" not in description and options["copies"] > 0 and os.read(SOCKET, 1):
            run(copies, options["copies"])
    finally:
        if copies is not None:
            copies.close()


main()
