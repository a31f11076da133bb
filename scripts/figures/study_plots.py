"""The data of a study's plots, for sweep.js and profiles.js."""

from . import metric
from .study import METRICS


def sweep(study):
    """Scores over each varied key; None if nothing varies, or nothing is evaluated."""
    shown = [name for name in METRICS if any(group.scores[name] for group in study.groups)]
    if not study.varied or not shown:
        return None
    return {"keys": study.varied, "metrics": [{"name": name, "label": metric.heading(name, "")} for name in shown],
            "groups": [{"settings": group.settings, **{name: _score(group.scores[name]) for name in shown}}
                       for group in study.groups],
            "runs": [{"group": run.group, "name": run.name, "seed": run.seed,
                      **{name: run.scores[name] and run.scores[name].mean for name in shown}} for run in study.runs]}


def _score(score):
    if score is None:
        return None
    return {"mean": _interval(score.mean), "iqm": _interval(score.iqm)}


def _interval(value):
    """[middle, low, high], or [middle] without ends."""
    if value is None:
        return None
    return [value.mean, value.low, value.high] if value.has_ends else [value.mean]


def profiles(study):
    found = study.profiles
    if found is None or len(found.thresholds) < 2:
        return None
    return {"label": metric.heading(found.metric, "").rstrip(" ↑↓"), "thresholds": found.thresholds, "groups": found.groups}
