#!/usr/bin/env python3
"""Compares libfm and torchcfm on distributions in the plane, by the distance of their samples to new data.

    build/bench-venv/bin/python scripts/benchmarks/toy_2d.py [--seeds 5] [--epochs 100] [--samples 10000]

Both train the same network on the same 52,245 recorded points (what `fm run experiments/toy_2d.yaml` collects), in batches
of 256, for the same number of steps, with independent pairs and with exact optimal transport within the batch, and sample
with 20 midpoint steps. libfm trains with its defaults (AdamW, warm-up and cosine, clipping, moving average of the weights;
2 % of the points held out), torchcfm as in its own examples (Adam at a constant 1e-3), on points scaled to mean 0 and
deviation 1 like libfm's. The 2-Wasserstein distance is exact, computed by the same code against the same new points.
Results are written to build/toy_2d.json after every run and not computed again; the table is printed at the end."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import ot
import torch
from peer_torch import VelocityNet
from scipy import stats
from torchcfm import ConditionalFlowMatcher, ExactOptimalTransportConditionalFlowMatcher
from torchdiffeq import odeint
from works import Sizes

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
FM = ROOT / "scripts/fm"
RUNS = BUILD / "toy_2d"
DISTRIBUTIONS = ("checkerboard", "two_moons", "eight_gaussians")
MATCHERS = {"independent": ConditionalFlowMatcher, "optimal_transport": ExactOptimalTransportConditionalFlowMatcher}
SIZES = Sizes(observations=0, actions=2, width=256, layers=3)
POINTS, BATCH, STEPS_AN_EPOCH, SOLVER_STEPS = 52245, 256, 200, 20  # less 2 % for validation: whole batches
FRESH_SEED = 1000  # of the new points that all samples are compared with


def points(what, count, seed):
    """Samples (count, 2) of a distribution or a checkpoint."""
    printed = subprocess.run([BUILD / "release/fm_toy_2d", what, str(count), str(seed)], check=True, stdout=subprocess.PIPE)
    return np.frombuffer(printed.stdout, np.float32).reshape(count, 2)


def wasserstein_2(a, b):
    return float(np.sqrt(ot.emd2([], [], ot.dist(a.astype(np.float64), b.astype(np.float64)), numItermax=10**9)))


def run_libfm(distribution, coupling, seed, epochs):
    """Trains libfm. Returns the run's directory."""
    done = subprocess.run(
        [FM, "run", ROOT / "experiments/toy_2d.yaml", f"env.toy_2d.distribution={distribution}",
         f"policy.flow.coupling.name={coupling}", f"seed={seed}", f"collect.episodes={POINTS}", f"train.epochs={epochs}",
         f"train.batch_size={BATCH}", "train.validation=0.02", f"sampler={{solver: midpoint, steps: {SOLVER_STEPS}}}",
         "eval.episodes=100", "report.figures=false", f"runs={RUNS}"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.splitlines()[-1])


def recorded(run):
    """The points that a run was trained on, (POINTS, 2)."""
    kept = run / "points.npy"
    if not kept.exists():
        with h5py.File(run / "data.h5") as file:
            np.save(kept, np.concatenate([episode["actions"][:] for episode in file["episodes"].values()]))
    return np.load(kept)


def train_torchcfm(data, coupling, seed, epochs):
    """Trains torchcfm. Returns a function that samples."""
    torch.manual_seed(seed)
    mean, deviation = data.mean(0), data.std(0)
    scaled = torch.from_numpy((data - mean) / deviation)
    net, matcher, nothing = VelocityNet(SIZES), MATCHERS[coupling](sigma=0.0), torch.empty(BATCH, 0)
    optimiser = torch.optim.Adam(net.parameters(), 1e-3)
    for _ in range(epochs):
        for rows in torch.randperm(len(scaled)).split(BATCH)[:STEPS_AN_EPOCH]:
            x1 = scaled[rows]
            t, z, velocity = matcher.sample_location_and_conditional_flow(torch.randn_like(x1), x1)
            loss = (net(z, t[:, None], nothing) - velocity).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    @torch.no_grad()
    def sample(count):
        nothing = torch.empty(count, 0)
        times = torch.linspace(0.0, 1.0, SOLVER_STEPS + 1)
        z = odeint(lambda t, z: net(z, t.expand(count, 1), nothing), torch.randn(count, 2), times, method="midpoint")[-1]
        return z.numpy() * deviation + mean

    return sample


class Results:
    """The measured distances, kept in a file."""

    def __init__(self, path):
        self.path = path
        self.entries = json.loads(path.read_text()) if path.exists() else []

    def add(self, key, measure):
        """key: {...}; measure: computes the distance, called only if it is not known."""
        if any(key.items() <= entry.items() for entry in self.entries):
            return
        self.entries.append(key | {"wasserstein_2": measure()})
        self.path.write_text(json.dumps(self.entries, indent=1) + "\n")
        print(f"toy_2d: {self.entries[-1]}", file=sys.stderr, flush=True)

    def of(self, **key):
        return np.array([entry["wasserstein_2"] for entry in self.entries if key.items() <= entry.items()])


def interval(values):
    """The mean with the half width of its 95 % interval by Student's t, as text; empty without values."""
    if len(values) == 0:
        return ""
    if len(values) < 2:
        return f"{values.mean():.3f}"
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.3f} ± {half:.3f}"


def compare(results, distribution, options):
    size = {"distribution": distribution, "epochs": options.epochs, "samples": options.samples}
    fresh = points(distribution, options.samples, FRESH_SEED)
    for seed in range(options.seeds):
        others = size | {"coupling": "", "seed": seed, "method": "fresh points"}
        results.add(others, lambda: wasserstein_2(points(distribution, options.samples, seed), fresh))
        for coupling in options.couplings:
            key = size | {"coupling": coupling, "seed": seed}
            run = None

            def libfm():
                nonlocal run
                run = run_libfm(distribution, coupling, seed, options.epochs)
                return wasserstein_2(points(run / "checkpoints/best.safetensors", options.samples, seed), fresh)

            def torchcfm():
                data = recorded(run or run_libfm(distribution, coupling, seed, 1))
                return wasserstein_2(train_torchcfm(data, coupling, seed, options.epochs)(options.samples), fresh)

            results.add(key | {"method": "libfm"}, libfm)
            results.add(key | {"method": "torchcfm"}, torchcfm)


def table(results, options):
    lines = ["| distribution | pairs | libfm | torchcfm | fresh points |", "| --- | --- | --- | --- | --- |"]
    for distribution in options.distributions:
        size = {"distribution": distribution, "epochs": options.epochs, "samples": options.samples}
        floor = interval(results.of(method="fresh points", **size))
        for coupling in MATCHERS:
            cells = [interval(results.of(method=method, coupling=coupling, **size)) for method in ("libfm", "torchcfm")]
            if any(cells):
                lines.append(f"| {distribution} | {coupling.replace('_', ' ')} | " + " | ".join([*cells, floor]) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("distributions", metavar="DISTRIBUTION", nargs="*", default=DISTRIBUTIONS,
                        help="one or more of " + ", ".join(DISTRIBUTIONS))
    parser.add_argument("--couplings", nargs="+", choices=MATCHERS, default=[*MATCHERS])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=100, help="epochs of 200 steps")
    parser.add_argument("--samples", type=int, default=10000)
    options = parser.parse_args()
    subprocess.run([ROOT / "scripts/build", "fm", "fm_toy_2d"], check=True)
    RUNS.mkdir(parents=True, exist_ok=True)
    results = Results(BUILD / "toy_2d.json")
    for distribution in options.distributions:
        compare(results, distribution, options)
    print(table(results, options))


if __name__ == "__main__":
    main()
