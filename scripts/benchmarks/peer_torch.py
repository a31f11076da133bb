"""PyTorch, eager or compiled (`peer_torch.py --compile`): eager steps use fused AdamW; compiled are the loss and its
gradient, or the optimiser too. On CUDA, products are in TF32 and what is compiled runs in CUDA graphs: those of
torch.compile, or one of the whole step. Of several usual ways, the fastest on this machine counts."""

import os
import sys
from functools import partial

import numpy as np
import torch
import torch._inductor.config
from serving import Timed, fastest, serve
from torch import nn
from works import ROWS, SOLVER_STEPS, TIME_FEATURES, done_by

THREADS = len(os.sched_getaffinity(0))


class VelocityNet(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        layers = [layer for pair in zip(sizes.widths, sizes.widths[1:]) for layer in (nn.Linear(*pair), nn.SiLU())]
        self.mlp = nn.Sequential(*layers[:-1])
        self.register_buffer("frequencies", torch.logspace(0.0, np.log10(20.0), TIME_FEATURES // 2))

    def forward(self, z, t, observations):
        """z (N, A), t (N, 1), observations (N, O)"""
        angles = t * self.frequencies
        return self.mlp(torch.cat([z, angles.sin(), angles.cos(), observations], 1))


def flow_matching_loss(net, x1, observations):
    z0, t = torch.randn_like(x1), torch.rand(x1.shape[0], 1, device=x1.device)
    return nn.functional.mse_loss(net((1 - t) * z0 + t * x1, t, observations), x1 - z0)


class Trained:
    """A network, its data and its optimiser, and the step that is timed."""

    def __init__(self, work, part=None, mode=None):
        """part: None (eager), "loss" (with its gradient) or "step" (the optimiser too) is compiled in this mode."""
        torch.manual_seed(0)
        self.observations = torch.randn(ROWS, work.sizes.observations, device=work.device)
        self.actions = torch.randn(ROWS, work.sizes.actions, device=work.device)
        self.net = VelocityNet(work.sizes).to(work.device)
        kind = {"foreach": True} if part == "step" else {"fused": True}  # inductor fuses the former
        self.optimiser = torch.optim.AdamW(self.net.parameters(), 1e-3, weight_decay=1e-4,
                                           capturable=work.device == "cuda", **kind)
        self.loss_of = torch.compile(flow_matching_loss, mode=mode) if part == "loss" else flow_matching_loss
        self.step = torch.compile(self.plain_step, mode=mode) if part == "step" else self.plain_step

    def plain_step(self, rows):
        loss = self.loss_of(self.net, self.actions[rows], self.observations[rows])
        loss.backward()
        self.optimiser.step()
        self.optimiser.zero_grad()


def epochs(work, step):
    """A Timed that calls step(rows) for the batches of an epoch."""
    def run():
        for rows in torch.randperm(ROWS, device=work.device).split(work.batch):
            step(rows)
        if work.device == "cuda":
            torch.cuda.synchronize()

    return Timed(run, ROWS // work.batch, partial(torch.set_num_threads, THREADS))


def as_graph(work, step):
    """step(rows) as the replay of one CUDA graph."""
    fixed = torch.arange(work.batch, device=work.device)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            step(fixed)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(fixed)

    def replay(rows):
        fixed.copy_(rows)
        graph.replay()

    return replay


def train(work, compiled):
    if not compiled:
        return epochs(work, Trained(work).step)
    if work.device == "cpu":
        return fastest([epochs(work, Trained(work, part).step) for part in ("loss", "step")])
    # On an H100, mode="reduce-overhead" took 905 to 1,072 us for 256x3, one graph of the compiled step 94 us.
    return fastest([epochs(work, as_graph(work, Trained(work, part).step)) for part in ("loss", "step")])


def sampling(work, threads, compiled):
    net = VelocityNet(work.sizes).eval().to(work.device)
    observed = np.random.default_rng(0).standard_normal((work.batch, work.sizes.observations), np.float32)

    def sample(observations):
        z = torch.randn(observations.shape[0], work.sizes.actions, device=work.device)
        for i in range(SOLVER_STEPS):
            t = torch.full((z.shape[0], 1), i / SOLVER_STEPS, device=work.device)
            z = z + net(z, t, observations) / SOLVER_STEPS
        return z

    if compiled:
        sample = torch.compile(sample, mode=compiled)

    def run():
        with torch.no_grad() if compiled else torch.inference_mode():
            sample(torch.from_numpy(observed).to(work.device)).cpu().numpy()

    return Timed(run, 1, partial(torch.set_num_threads, threads))


def sample(work, compiled):
    threads = sorted({1, THREADS}) if work.batch == 1 else [THREADS]
    modes = [None] if not compiled else ["default", "max-autotune"] if work.device == "cpu" else ["reduce-overhead"]
    return fastest([sampling(work, n, mode) for n in threads for mode in modes])


def makers(peer):
    compiled = peer == "torch-compile"
    yield from ((name, partial(train, work, compiled)) for name, work in done_by(peer, "train").items())
    yield from ((name, partial(sample, work, compiled)) for name, work in done_by(peer, "act", "sample").items())


if __name__ == "__main__":
    torch.set_float32_matmul_precision("high")  # TF32 on CUDA; on the CPU without effect
    torch._inductor.config.freezing = True  # of inference: weights become constants
    serve(dict(makers("torch-compile" if "--compile" in sys.argv else "torch-eager")))
