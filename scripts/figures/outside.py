"""Samples beyond the axes of a plot, counted, and their number stated in the plot."""

import numpy as np

from . import style


def of_paths(paths, low, high):
    """Which paths (M, P) are beyond [low, high] at any time, (M); not those that differ from an end by rounding alone."""
    slack = 1e-6 * (high - low)
    return ~((paths >= low - slack) & (paths <= high + slack)).all(axis=1)


def words(outside):
    """How many samples are outside, as text; empty if there are none. outside: (M) booleans."""
    count = int(np.count_nonzero(outside))
    return f"{count} of {len(outside)}\nsamples outside" if count else ""


def say(ax, outside, side="right"):
    """Writes into a lower corner of `ax` how many samples it cuts, if any. outside: (M) booleans."""
    if words(outside):
        label = ax.annotate(words(outside), (0.02 if side == "left" else 0.98, 0.02),
                            xycoords="axes fraction", ha=side, va="bottom", fontsize=7.5, color=style.INK, zorder=6)
        style.outline(label)
