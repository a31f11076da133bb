"""predicted_actions.png: recorded actions over held-out episodes, beside what the policy samples in each of their states."""

import numpy as np

from . import style

MOST_DIMENSIONS = 6


def draw(run):
    if not run.predictions:
        return None
    shown = run.actions[:MOST_DIMENSIONS]
    fig = style.figure(0.8 + 1.3 * len(shown))
    grid = fig.subplots(len(shown), len(run.predictions), squeeze=False, sharex="col", sharey="row")
    for column, prediction in enumerate(run.predictions):
        for row, action in enumerate(shown):
            _draw(grid[row][column], prediction, row)
            if column == 0:
                grid[row][0].set_ylabel(style.axis_label(action.name, action.unit))
        style.heading(grid[0][column], f"Recorded episode {column + 1}" if column == 0 else f"{column + 1}")
        grid[-1][column].set_xlabel("step")
    style.key(grid[0][-1])
    return fig


def _draw(ax, prediction, dimension):
    recorded, sampled = prediction.recorded[:, dimension], prediction.sampled[:, :, dimension]
    steps = np.arange(recorded.size)
    low, middle, high = np.percentile(sampled, [5.0, 50.0, 95.0], axis=0)
    ax.fill_between(steps, low, high, color=style.POLICY, alpha=0.25, linewidth=0)
    ax.plot(steps, middle, color=style.POLICY, linewidth=1.0, label="policy")
    ax.plot(steps, recorded, color=style.EXPERT, linewidth=1.0, label="recorded")


def caption(run):
    samples = len(run.predictions[0].sampled)
    hidden = len(run.actions) - MOST_DIMENSIONS
    return (f"Actions of {len(run.predictions)} recorded episode{'s' if len(run.predictions) > 1 else ''} the policy is "
            f"compared with, and {samples} samples of the policy in each of their states: median, and the range of 90 %. Each is the first "
            "action of a prediction from the recorded state, so errors do not add up as they do when the policy acts."
            + (f" {hidden} further dimensions are not shown." if hidden > 0 else ""))
