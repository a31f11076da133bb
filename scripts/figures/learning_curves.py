"""Learning curves of a study: for each group and each number of metrics.jsonl the mean over seeds, with an interval."""

import numpy as np

from . import style, web
from .training import curve

MEANING = ("Lines are means over the seeds of a group that reached the step. Bands are 95 % intervals of the mean (Student's "
           "t); of two seeds, for which these say little, bands reach from one to the other. Values under the pointer are in "
           "the legend.")
MOST_POINTS = 160
NOT_SHOWN = {"step", "epoch", "iteration", "time"}
FIRST = ["train_loss", "validation_loss", "rollout_return", "rollout_gap", "exploring_return"]
# Quantiles of Student's t for 95 %, for 1 to 20 degrees of freedom.
T_QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
               2.110, 2.101, 2.093, 2.086]


def keys(runs):
    """The numbers that any run recorded more than once, losses and returns first. runs: lists of the objects of metrics.jsonl."""
    found = dict.fromkeys(key for metrics in runs for entry in metrics for key in entry)
    shown = [key for key in found if key not in NOT_SHOWN and any(len(curve(metrics, key)[0]) > 1 for metrics in runs)]
    return [key for key in FIRST if key in shown] + sorted(key for key in shown if key not in FIRST)


def data(groups):
    """For curves.js. groups: for each group the metrics of its runs. None if there are no curves."""
    shown = keys([metrics for group in groups for metrics in group])
    reinforced = any("iteration" in entry for group in groups for metrics in group for entry in metrics)
    if not shown:
        return None
    return {"x": "step of the environment" if reinforced else "training step",
            "keys": [{"name": key, "label": style.readable(key), "log": "loss" in key} for key in shown],
            "groups": [{key: _packed(group, key) for key in shown} for group in groups]}


def _packed(group, key):
    found = mean_curve([curve(metrics, key) for metrics in group])
    if found is None:
        return None
    steps, mean, low, high, count = found
    return {"steps": web.array(steps), "seeds": int(count.max()), "mean": web.array(mean),
            **({"low": web.array(low), "high": web.array(high)} if np.isfinite(low).any() else {})}


def mean_curve(curves):
    """curves: (steps, values) of each seed. Returns steps (n), mean (n), low (n), high (n) and the number of seeds (n) at the
    steps of the longest curve, or None. A curve counts where its own steps reach, interpolated between them."""
    curves = [(np.asarray(steps, dtype=float), np.asarray(values, dtype=float)) for steps, values in curves if len(steps)]
    if not curves:
        return None
    steps = max(curves, key=lambda points: points[0][-1])[0]
    steps = steps[np.unique(np.linspace(0, len(steps) - 1, min(len(steps), MOST_POINTS)).round().astype(int))]
    values = np.stack([np.interp(steps, *points, left=np.nan, right=np.nan) for points in curves])
    return (steps, *mean_with_interval(values))


def mean_with_interval(values):
    """values: (seeds, n), NaN where a seed has none; at least one in each column. Returns mean, low, high, count, each (n)."""
    count = np.sum(np.isfinite(values), axis=0)
    mean = np.nansum(values, axis=0) / count
    spread = np.sqrt(np.nansum((values - mean) ** 2, axis=0) / np.maximum(count - 1, 1))
    margin = np.where(count > 2, [t_quantile(n - 1) for n in count] * spread / np.sqrt(count), np.nan)
    margin = np.where(count == 2, spread / np.sqrt(2.0), margin)  # half the distance of the two
    return mean, mean - margin, mean + margin, count


def t_quantile(freedom):
    """The 97.5 % quantile of Student's t; beyond the table to three digits."""
    if freedom < 1:
        return np.nan
    return T_QUANTILES[freedom - 1] if freedom <= len(T_QUANTILES) else 1.96 + 2.5 / freedom
