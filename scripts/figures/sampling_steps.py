"""sampling_steps.png: the return gap over the network evaluations per prediction, one curve per solver."""

from . import interval, style

SETTINGS = {"sampler.solver", "sampler.steps"}


def draw(run):
    lines = curves([run, *run.others])
    if not lines or run.is_distribution:
        return None
    fig = style.figure(3.6)
    ax = fig.subplots()
    style.guide(ax, 0.0, "expert")
    for i, (label, points) in enumerate(lines.items()):
        nfe, gaps = zip(*points)
        style.curve(ax, i, nfe, gaps, label)
    counts = [nfe for points in lines.values() for nfe, _ in points]
    if max(counts) >= 8 * min(counts):
        ax.set_xscale("log")
        ax.set_xticks(ticks(counts), labels=[str(tick) for tick in ticks(counts)])
        ax.set_xticks([], minor=True)
    lowest = min(gap.mean for points in lines.values() for _, gap in points)
    style.gap_axis(ax.yaxis, lowest)
    ax.margins(y=0.1)
    ax.set(xlabel="network evaluations per prediction", ylabel="return gap, policy − expert")
    style.key(ax)
    return fig


def caption(run):
    lines = curves([run, *run.others])
    return (f"Trained policies sampled with {sum(map(len, lines.values()))} settings: paired return gap to the expert over the "
            f"network evaluations per prediction, with 95 % intervals; {', '.join(lines)}. The vertical axis is "
            "logarithmic if gaps exceed 100. " + interval.MEANING)


def curves(runs):
    """{label: [(network evaluations, gap), ...]}, by solver, and by policy for other runs. Each run's own sampler is included
    with its variants."""
    lines = {}
    for run, policy in zip(runs, names(runs)):
        variants = varied(run.evaluation.get("variants") or [])
        for variant in measured([run.evaluation]) + variants if variants else []:
            solver = variant["latency"]["solver"]
            label = solver if run is runs[0] else f"{policy}, {solver}" if varies_solver(variants) else policy
            lines.setdefault(label, {})[variant["latency"]["nfe"]] = interval.read(variant["gap"])
    return {label: sorted(points.items()) for label, points in lines.items()}


def names(runs):
    """A name for each run: its policy's, with its directory's where another run beside the first has the same."""
    policies = [style.readable(run.policy_name) for run in runs]
    return [policy if policies[1:].count(policy) < 2 else f"{policy} {run.directory.name}"
            for run, policy in zip(runs, policies)]


def varies_solver(variants):
    return len({variant["latency"]["solver"] for variant in variants}) > 1


def measured(variants):
    return [variant for variant in variants if variant.get("gap") and "nfe" in (variant.get("latency") or {})]


def varied(variants):
    """The measured variants, if they differ in solver or steps and in nothing else; else []."""
    variants = measured(variants)
    keys = differing(variants)
    return variants if keys and SETTINGS.issuperset(keys) else []


def differing(variants):
    """The settings that differ between variants, in the order of their first occurrence."""
    keys = dict.fromkeys(key for variant in variants for key in variant.get("settings") or {})
    return [key for key in keys if len({repr(variant["settings"].get(key)) for variant in variants}) > 1]


def ticks(counts):
    """1, 2, 5, 10 ... around the counts."""
    series = [base * 10**power for power in range(7) for base in (1, 2, 5)]
    return [tick for tick in series if min(counts) <= tick <= max(counts)]
