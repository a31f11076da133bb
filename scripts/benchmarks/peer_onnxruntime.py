"""ONNX Runtime: the whole Euler loop unrolled into one graph, weights constant; on one thread, like libfm's engine, or
with --all on all processors."""

import os
import sys
from functools import partial

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from serving import Timed, serve
from works import SOLVER_STEPS, TIME_FEATURES, done_by


class Graph:
    """A graph under construction: nodes and constants."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def add(self, operator, *inputs, output=None, **attributes):
        output = output or f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def model(self, inputs, outputs):
        """inputs, outputs: {name: shape}"""
        values = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in ends.items()]
                  for ends in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, "sampler", *values, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def layers_of(sizes, graph):
    """The names (weight, bias) of a layer with random weights."""
    numbers = np.random.default_rng(0)
    for inputs, outputs in zip(sizes.widths, sizes.widths[1:]):
        bound = 1 / np.sqrt(inputs)
        yield tuple(graph.constant(numbers.uniform(-bound, bound, shape)) for shape in ((inputs, outputs), (outputs,)))


def sampler(sizes):
    graph = Graph()
    layers = list(layers_of(sizes, graph))
    angles = np.geomspace(1.0, 20.0, TIME_FEATURES // 2)
    z = "noise"
    for i in range(SOLVER_STEPS):
        t = i / SOLVER_STEPS
        embedded = graph.constant([np.concatenate([np.sin(t * angles), np.cos(t * angles)])])
        x = graph.add("Concat", z, embedded, "observation", axis=1)
        for k, (weight, bias) in enumerate(layers):
            if k > 0:
                x = graph.add("Mul", x, graph.add("Sigmoid", x))
            x = graph.add("Gemm", x, weight, bias)
        step = graph.add("Mul", x, graph.constant(1 / SOLVER_STEPS))
        z = graph.add("Add", z, step, output="action" if i == SOLVER_STEPS - 1 else None)
    return graph.model({"noise": [1, sizes.actions], "observation": [1, sizes.observations]},
                       {"action": [1, sizes.actions]})


def session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def act(sizes, threads):
    infer = session(sampler(sizes), threads)
    numbers = np.random.default_rng(0)
    observation = numbers.standard_normal((1, sizes.observations), np.float32)

    def run():
        noise = numbers.standard_normal((1, sizes.actions), np.float32)
        infer.run(["action"], {"noise": noise, "observation": observation})

    return Timed(run)


if __name__ == "__main__":
    threads = len(os.sched_getaffinity(0)) if sys.argv[1:] == ["--all"] else 1
    serve({name: partial(act, work.sizes, threads) for name, work in done_by("onnxruntime", "act").items()})
