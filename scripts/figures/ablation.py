"""ablation.png: the return gap at each point of an evaluation grid: as a curve if a single numeric setting varies, else one
row per point. Grids over solvers and their steps are shown in sampling_steps.png, over delays in delay.png.
"""

import numpy as np

from . import delay, interval, sampling_steps, style


def draw(run):
    setting, variants = varied(run.evaluation.get("variants") or [])
    if setting is None:
        return _rows(run)
    fig = style.figure(3.2)
    ax = fig.subplots()
    values = [variant["settings"][setting] for variant in variants]
    gaps = [interval.read(variant["gap"]) for variant in variants]
    style.guide(ax, 0.0, "expert")
    ax.errorbar(values, [gap.mean for gap in gaps], yerr=np.hstack([gap.margins for gap in gaps]), color=style.POLICY,
                marker="o", markersize=5, capsize=3, elinewidth=1)
    if min(values) > 0 and max(values) >= 8 * min(values):
        ax.set_xscale("log")
    ax.margins(y=0.1)
    ax.set_xticks(values, labels=[f"{value:g}" for value in values])
    ax.set_xticks([], minor=True)
    ax.set(xlabel=setting, ylabel="return gap, policy − expert")
    return fig


def caption(run):
    setting, variants = varied(run.evaluation["variants"])
    if setting is None:
        return (f"The same checkpoint evaluated at {len(points(run))} settings: paired return gap to the expert, with "
                "95 % intervals. " + interval.MEANING)
    return (f"The same checkpoint evaluated at {len(variants)} values of {setting}: paired return gap to the expert, "
            "with 95 % intervals. " + interval.MEANING)


def varied(variants):
    """The setting, if it is numeric and the only one that differs, and the variants sorted by it; else (None, [])."""
    variants = shown(variants)
    keys = sampling_steps.differing(variants)
    if len(variants) < 2 or len(keys) != 1 or keys[0] in sampling_steps.SETTINGS:
        return None, []
    values = [variant["settings"].get(keys[0]) for variant in variants]
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
        return None, []
    return keys[0], sorted(variants, key=lambda variant: variant["settings"][keys[0]])


def shown(variants):
    if delay.varied(variants):
        return []
    return [variant for variant in variants if variant.get("gap") and variant.get("settings")]


def points(run):
    """[(settings that differ, as text; gap), ...] in the grid's order; empty if sampling_steps shows them."""
    variants = shown(run.evaluation.get("variants") or [])
    if len(variants) < 2 or run.is_distribution or sampling_steps.varied(variants):
        return []
    keys = sampling_steps.differing(variants)
    texts = [", ".join(f"{key.removeprefix('sampler.')} {variant['settings'].get(key)}" for key in keys)
             for variant in variants]
    return [(text, interval.read(variant["gap"])) for text, variant in zip(texts, variants)]


def _rows(run):
    rows = points(run)
    if not rows:
        return None
    fig = style.figure(0.9 + 0.22 * len(rows))
    ax = fig.subplots()
    texts, gaps = zip(*rows)
    ax.axvline(0.0, color=style.FAINT, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
    ax.errorbar([gap.mean for gap in gaps], range(len(rows)), xerr=np.hstack([gap.margins for gap in gaps]),
                color=style.POLICY, fmt="o", markersize=4, capsize=2.5, elinewidth=1)
    ax.set_yticks(range(len(rows)), labels=texts)
    ax.invert_yaxis()
    style.gap_axis(ax.xaxis, min(gap.mean for gap in gaps))
    ax.margins(x=0.05)
    ax.set(xlabel="return gap, policy − expert")
    return fig
