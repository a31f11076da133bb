"""PyTorch, eager or compiled (`peer_torch.py --compile`): eager steps use fused AdamW; compiled are the loss and its
gradient, or the optimiser too. Of several usual ways, the fastest on this machine counts."""

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


def training(work, device="cpu", compiled=None):
    """compiled: None, "loss" (with its gradient) or "step" (the optimiser too)."""
    torch.manual_seed(0)
    observations = torch.randn(ROWS, work.sizes.observations, device=device)
    actions = torch.randn(ROWS, work.sizes.actions, device=device)
    net = VelocityNet(work.sizes).to(device)
    kind = {"foreach": True} if compiled == "step" else {"fused": True}  # inductor fuses the former
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=1e-4, **kind)
    loss_of = torch.compile(flow_matching_loss) if compiled == "loss" else flow_matching_loss

    def step(rows):
        loss = loss_of(net, actions[rows], observations[rows])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()

    if compiled == "step":
        step = torch.compile(step)

    def run():
        for rows in torch.randperm(ROWS, device=device).split(work.batch):
            step(rows)
        if device == "cuda":
            torch.cuda.synchronize()

    return Timed(run, ROWS // work.batch, partial(torch.set_num_threads, THREADS))


def train(work, compiled, device):
    if not compiled:
        return training(work, device)
    return fastest([training(work, device, part) for part in ("loss", "step")])


def sampling(work, threads, compiled):
    net = VelocityNet(work.sizes).eval()
    observed = np.random.default_rng(0).standard_normal((work.batch, work.sizes.observations), np.float32)

    def sample(observations):
        z = torch.randn(observations.shape[0], work.sizes.actions)
        for i in range(SOLVER_STEPS):
            z = z + net(z, torch.full((z.shape[0], 1), i / SOLVER_STEPS), observations) / SOLVER_STEPS
        return z

    if compiled:
        sample = torch.compile(sample, mode=compiled)

    def run():
        with torch.no_grad() if compiled else torch.inference_mode():
            sample(torch.from_numpy(observed)).numpy()

    return Timed(run, 1, partial(torch.set_num_threads, threads))


def sample(work, compiled):
    threads = sorted({1, THREADS}) if work.batch == 1 else [THREADS]
    modes = ["default", "max-autotune"] if compiled else [None]
    return fastest([sampling(work, n, mode) for n in threads for mode in modes])


def makers(peer):
    compiled = peer == "torch-compile"
    for name, work in done_by(peer, "train").items():
        yield name, partial(train, work, compiled, "cuda" if name.endswith(" cuda") else "cpu")
    yield from ((name, partial(sample, work, compiled)) for name, work in done_by(peer, "act", "sample").items())


if __name__ == "__main__":
    torch._inductor.config.freezing = True  # of inference: weights become constants
    serve(dict(makers("torch-compile" if "--compile" in sys.argv else "torch-eager")))
