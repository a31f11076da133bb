"""samples.png: samples of a distribution in the plane, at several times from noise to data, and the distribution itself."""

import numpy as np

from . import outside, style

TIMES = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw(run):
    if not run.is_distribution or len(run.actions) != 2 or run.policy is None or run.expert is None:
        return None
    truth = np.concatenate(run.expert.actions)
    sampled = clouds(run.denoising[0]) if run.denoising else [("samples", np.concatenate(run.policy.actions))]
    panels = [*sampled, ("the distribution", truth)]
    half = 1.15 * max(np.abs(truth).max(), np.percentile(np.abs(panels[-2][1]), 99.5))
    fig = style.figure(min(style.WIDTH / len(panels), 3.6) + 0.7)
    axes = fig.subplots(1, len(panels), sharex=True, sharey=True)
    for ax, (text, points) in zip(axes, panels):
        colour = style.EXPERT if points is truth else style.POLICY
        ax.scatter(*points.T, s=4, color=colour, alpha=0.45, linewidths=0, rasterized=True)
        ax.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
        # Below the axes: inside it would hide samples.
        ax.set_xlabel(outside.words(~(np.abs(points) <= half).all(axis=1)), fontsize=7.5)
        style.heading(ax, text)
    return fig


def caption(run):
    name = style.readable(run.policy_name)
    if not run.denoising:
        return f"{len(run.policy.actions)} samples of the {name} policy; on the right, the distribution it learned from."
    paths = run.denoising[0].paths
    return (f"{len(paths)} samples of the {name} policy at times t of the flow, from Gaussian "
            f"noise to t = 1 in {run.sampling(run.denoising[0].times)}; on the right, samples of the distribution it learned "
            "from.")


def clouds(state):
    """The samples (M, 2) at the recorded times nearest to TIMES, with a heading each."""
    nearest = [int(np.argmin(np.abs(state.times - time))) for time in TIMES]
    return [(f"t = {state.times[i]:.2f}", state.paths[:, i]) for i in dict.fromkeys(nearest)]
