"""Writes checkpoints of small flow policies with random weights, from the description of the format alone."""

import json
import struct

import numpy as np


def dimensions(names, unit="rad", low=-1.0, high=1.0):
    return [{"name": name, "unit": unit, "low": low, "high": high} for name in names]


def normaliser(size, numbers, clip=False):
    fitted = {"offset": numbers.normal(size=size).tolist(), "scale": numbers.uniform(0.5, 2.0, size).tolist()}
    return fitted | ({"clip": True} if clip else {})


def write_checkpoint(path, *, observations=("angle", "speed", "height"), goals=(), actions=("torque",), history=1, prediction=1,
                     hidden=(), clip=False, bounds=(-1.0, 1.0), dtype=np.float32, flow=None, sampler=None, seed=0):
    """:param flow, sampler: options in place of the defaults"""
    numbers = np.random.default_rng(seed)
    outputs, time_embedding, widths = prediction * len(actions), 8, [20, 12]
    sizes = [outputs + time_embedding + history * len(observations) + len(goals), *widths, outputs]
    tensors = {}
    for i, (inputs, rows) in enumerate(zip(sizes, sizes[1:])):
        tensors[f"weights.net.mlp.{i}_weight"] = numbers.normal(size=(rows, inputs)) / np.sqrt(inputs)
        tensors[f"weights.net.mlp.{i}_bias"] = numbers.normal(size=rows) / np.sqrt(inputs)
    if goals:
        tensors["weights.net.null_goal"] = np.full(len(goals), 3.0)
    spec = {"name": "small", "observations": dimensions(observations), "goals": dimensions(goals, "m"), "states": [],
            "actions": dimensions(actions, "N m", *bounds), "time_step": 0.02, "horizon": 100}
    metadata = {
        "format_version": 3, "spec": spec, 
        "policy": {"name": "flow", "flow": {"path": "linear", "target": "velocity", **(flow or {})}, "hidden": list(hidden),
                   "horizon": {"observations": history, "prediction": prediction}},
        "network": {"name": "mlp", "mlp": {"hidden": widths}, "time_embedding": time_embedding},
        "sampler": {"solver": "euler", "steps": 4, "grid": "uniform", "temperature": 1.0, "action_noise": 0.0,
                    "guidance": 1.0, **(sampler or {})},
        "normaliser": {"observations": normaliser(len(observations), numbers, clip), "goals": normaliser(len(goals), numbers, clip),
                       "actions": normaliser(len(actions), numbers)},
    }
    header, values = {"__metadata__": {"digest": "none", **{key: json.dumps(value) for key, value in metadata.items()}}}, b""
    for name, tensor in tensors.items():
        data = tensor.astype(dtype).tobytes()
        header[name] = {"dtype": {4: "F32", 8: "F64"}[np.dtype(dtype).itemsize], "shape": list(tensor.shape),
                        "data_offsets": [len(values), len(values) + len(data)]}
        values += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)
    return path
