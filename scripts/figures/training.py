"""training.png: the losses, and the return of rollouts during training; of reinforcement learning also that while exploring."""

import numpy as np

from . import interval, number, style

WHY_LOWER = {  # whether validation uses a moving average of the weights
    True: "validation: moving average of the weights (can lie lower)\ntraining: raw weights, mean over the epoch",
    False: "validation: weights at the epoch's end (can lie lower)\ntraining: mean over the epoch's steps"}


def draw(run):
    losses = [(name, curve(run.metrics, key), colour) for name, key, colour in
              (("training", "train_loss", style.POLICY), ("validation", "validation_loss", style.OTHER))]
    losses = [row for row in losses if row[1][0]]
    bars = intervals(run.metrics)
    policy = "policy, 95 % interval of the gap" if bars[0] else "policy"
    returns = [(name, curve(run.metrics, key), colour) for name, key, colour in
               (("exploring", "exploring_return", style.OTHER), ("expert", "rollout_expert_return", style.EXPERT),
                (policy, "rollout_return", style.POLICY))]
    returns = [row for row in returns if row[1][0]]
    panels = [panel for panel in ((losses, "loss"), (returns, "mean return of rollouts")) if panel[0]]
    if not panels:
        return None
    fig = style.figure(3.1)
    for ax, (curves, label) in zip(fig.subplots(1, len(panels), squeeze=False, sharex=True)[0], panels):
        for name, (steps, values), colour in curves:
            ax.plot(steps, values, color=colour, label=name, marker="o" if len(steps) < 30 else None, markersize=3.5)
        ax.set(xlabel="step of the environment" if is_reinforced(run) else "training step", ylabel=label)
        if label == "loss" and spans_decades(curves):
            ax.set_yscale("log")
        if label == "loss" and len(curves) == 2:
            _say_why_lower(ax, run)
        if label != "loss" and bars[0]:
            steps, means, margins = bars
            ax.errorbar(steps, means, yerr=margins, fmt="none", color=style.POLICY, capsize=2.5, elinewidth=1)
        style.key(ax)
    return fig


def caption(run):
    text = "Loss on the training data and on held-out data, over training steps."
    if curve(run.metrics, "rollout_return")[0]:
        text += " Right: mean return of rollouts during training; the expert starts from the same states."
    if is_reinforced(run):
        text = ("Mean return during reinforcement learning, over steps of the environment: of the episodes while exploring, and "
                "of the policy as it acts, from the same initial states as the expert.")
    if intervals(run.metrics)[0]:
        text += (" Bars are the intervals of the paired gap, policy minus expert, added to the expert's return. "
                 + interval.MEANING)
    return text


def is_reinforced(run):
    """Whether the metrics are of reinforcement learning, over steps of the environment."""
    return any("iteration" in entry for entry in run.metrics)


def curve(metrics, key):
    """Steps and values of one metric; if a resumed run wrote a step again, the later value counts."""
    values = {entry["step"]: entry[key] for entry in metrics
              if number.is_finite(entry.get("step")) and number.is_finite(entry.get(key))}
    steps = sorted(values)
    return steps, [values[step] for step in steps]


def intervals(metrics):
    """The policy's return with the interval of the paired gap around it, where it is known: steps (n), returns (n), and
    distances to the ends below and above (2, n)."""
    keys = ("rollout_return", "rollout_expert_return", "rollout_gap_low", "rollout_gap_high")
    curves = [dict(zip(*curve(metrics, key))) for key in keys]
    steps = sorted(set.intersection(*map(set, curves)))
    policy, expert, low, high = (np.array([values[step] for step in steps]) for values in curves)
    return steps, policy, np.maximum([policy - expert - low, high - (policy - expert)], 0.0)


def spans_decades(curves):
    values = [value for _, (_, values), _ in curves for value in values]
    return min(values) > 0.0 and max(values) > 10.0 * min(values)


def _say_why_lower(ax, run):
    label = ax.annotate(WHY_LOWER[run.averages_weights], (1.0, 1.0), xycoords="axes fraction", ha="right", va="top",
                        fontsize=7.5, color=style.FAINT)
    style.outline(label)
