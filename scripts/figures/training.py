"""training.png: the losses, and the return of rollouts during training."""

import math

from . import style


def draw(run):
    losses = [(name, curve(run.metrics, key), colour) for name, key, colour in
              (("training", "train_loss", style.POLICY), ("validation", "validation_loss", style.OTHER))]
    losses = [row for row in losses if row[1][0]]
    returns = [(name, curve(run.metrics, key), colour) for name, key, colour in
               (("expert", "rollout_expert_return", style.EXPERT), ("policy", "rollout_return", style.POLICY))]
    returns = [row for row in returns if row[1][0]]
    panels = [panel for panel in ((losses, "loss"), (returns, "mean return of rollouts")) if panel[0]]
    if not panels:
        return None
    fig = style.figure(3.1)
    for ax, (curves, label) in zip(fig.subplots(1, len(panels), squeeze=False, sharex=True)[0], panels):
        for name, (steps, values), colour in curves:
            ax.plot(steps, values, color=colour, label=name, marker="o" if len(steps) < 30 else None, markersize=3.5)
        ax.set(xlabel="training step", ylabel=label)
        if label == "loss" and spans_decades(curves):
            ax.set_yscale("log")
        style.key(ax)
    return fig


def caption(run):
    text = "Loss on the training data and on held-out data, over training steps."
    if curve(run.metrics, "rollout_return")[0]:
        text += " Right: mean return of rollouts during training; the expert starts from the same states."
    return text


def curve(metrics, key):
    """Steps and values of one metric; if a resumed run wrote a step again, the later value counts."""
    values = {entry["step"]: entry[key] for entry in metrics
              if _is_number(entry.get("step")) and _is_number(entry.get(key))}
    steps = sorted(values)
    return steps, [values[step] for step in steps]


def _is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)


def spans_decades(curves):
    values = [value for _, (_, values), _ in curves for value in values]
    return min(values) > 0.0 and max(values) > 10.0 * min(values)
