#!/usr/bin/python3
"""What a policy computes, in NumPy alone: a flow (path linear or cosine, target velocity) with an MLP, solved by Euler steps.

    python3 numpy_policy.py best.safetensors -1 0 0      # the actions for an observation, noise and goal of zeros

For reading, and for porting to other languages; libfm_policy (libfm/python) is fast and runs every policy that
libfm_policy.so runs. The file is described in libfm/FORMATS.md, section 2.
"""

import json
import struct
import sys

import numpy as np


def read_tensors(path):
    """The metadata, each value JSON as text, and the arrays of a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        values = file.read()
    metadata, arrays = header.pop("__metadata__"), {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        array = np.frombuffer(values[begin:end], {"F32": "<f4", "F64": "<f8"}[tensor["dtype"]])
        arrays[name] = array.reshape(tensor["shape"])
    return metadata, arrays


def read_checkpoint(path):
    """The metadata, and the acting weights by name."""
    metadata, arrays = read_tensors(path)
    prefix = "ema." if any(name.startswith("ema.") for name in arrays) else "weights."
    weights = {name[len(prefix):]: array for name, array in arrays.items() if name.startswith(prefix)}
    return {key: json.loads(text) for key, text in metadata.items() if key != "digest"}, weights


class NumpyPolicy:
    def __init__(self, path):
        self.metadata, self.weights = read_checkpoint(path)
        policy, network, sampler = (self.metadata[key] for key in ("policy", "network", "sampler"))
        flow = policy["flow"]
        if (policy["name"], network["name"], sampler["solver"], flow["target"]) != ("flow", "mlp", "euler", "velocity") \
                or flow["path"] not in ("linear", "cosine") or sampler["grid"] != "uniform" \
                or sampler["guidance"] != 1 or sampler["action_noise"] != 0 \
                or policy.get("relative") or policy["horizon"].get("largest_delay", 0) > 0:
            raise ValueError(f"{path}: not a flow with an MLP and Euler steps, without guidance, action noise, relative "
                             "actions and committed ones")
        self.normaliser, spec = self.metadata["normaliser"], self.metadata["spec"]
        self.visible = {key: np.array([d["name"] not in policy["hidden"] for d in spec[key]], bool)
                        for key in ("observations", "goals")}
        self.low = [-np.inf if d["low"] is None else d["low"] for d in spec["actions"]]
        self.high = [np.inf if d["high"] is None else d["high"] for d in spec["actions"]]
        self.horizon, self.layers = policy["horizon"]["prediction"], len(network["mlp"]["hidden"]) + 1
        self.frequencies = np.geomspace(1.0, 20.0, network["time_embedding"] // 2)

    def normalised(self, values, quantity):
        n = self.normaliser[quantity]
        y = (np.asarray(values, float) - n["offset"]) / n["scale"]  # in float64, then rounded
        y = np.where(self.visible[quantity], y, 0.0)
        return (np.clip(y, -1.0, 1.0) if n.get("clip") else y).astype(np.float32)

    def velocity(self, z, t, condition):
        """v(z, t | condition): a multilayer perceptron with SiLU between its layers."""
        x = np.concatenate([z, np.sin(self.frequencies * t), np.cos(self.frequencies * t), condition]).astype(np.float32)
        for i in range(self.layers):
            if i > 0:
                x = x / (1.0 + np.exp(-x))
            x = self.weights[f"net.mlp.{i}_weight"] @ x + self.weights[f"net.mlp.{i}_bias"]
        return x

    def __call__(self, history, noise, goal=()):
        """The predicted actions (H, A) for the last h observations (h, O), oldest first, and noise (H, A) ~ N(0, 1)."""
        condition = np.concatenate([self.normalised(history, "observations").ravel(), self.normalised(goal, "goals")])
        z = self.metadata["sampler"]["temperature"] * np.ravel(noise)
        steps = self.metadata["sampler"]["steps"]
        for i in range(steps):  # dz/dt = v, from noise at t = 0 to the action at t = 1
            z = z + self.velocity(z, i / steps, condition) / steps
        n = self.normaliser["actions"]
        return np.clip(z.reshape(self.horizon, -1) * n["scale"] + n["offset"], self.low, self.high)


if __name__ == "__main__":
    policy, observation = NumpyPolicy(sys.argv[1]), list(map(float, sys.argv[2:]))
    history, chunk = (policy.metadata["policy"]["horizon"][key] for key in ("observations", "prediction"))
    actions, goals = (len(policy.metadata["spec"][key]) for key in ("actions", "goals"))
    print(policy([observation] * history, np.zeros((chunk, actions)), np.zeros(goals)).tolist())
