"""ablation.png: the return gap over the one numeric setting that an evaluation grid varies, but for its steps.

Those are in sampling_steps.png.
"""

import numpy as np

from . import interval, sampling_steps, style


def draw(run):
    setting, variants = varied(run.evaluation.get("variants") or [])
    if setting is None:
        return None
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
    return (f"The same checkpoint evaluated at {len(variants)} values of {setting}: paired return gap to the expert, "
            "with 95 % intervals.")


def varied(variants):
    """The only numeric setting in which the variants differ, with the variants in its order; (None, []) otherwise."""
    variants = [variant for variant in variants if variant.get("gap") and variant.get("settings")]
    settings = {key for variant in variants for key in variant["settings"]}
    differing = [key for key in settings if len({repr(variant["settings"].get(key)) for variant in variants}) > 1]
    if len(variants) < 2 or len(differing) != 1 or differing[0] in sampling_steps.SETTINGS:
        return None, []
    values = [variant["settings"].get(differing[0]) for variant in variants]
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
        return None, []
    return differing[0], sorted(variants, key=lambda variant: variant["settings"][differing[0]])
