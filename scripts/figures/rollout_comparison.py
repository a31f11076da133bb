"""rollout_comparison.png: one episode of policy and expert from the same start, and their returns from all starts."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from . import interval, number, style, time_series


def gap(run):
    """The mean paired gap, policy minus expert: of evaluation.json, or else computed from the returns."""
    return interval.read(run.evaluation.get("gap")) or interval.of_mean(run.policy.returns - run.expert.returns)


def draw(run):
    if run.policy is None or run.is_distribution:
        return None
    fig = style.figure(time_series.figure_height(run))
    left, right = fig.add_gridspec(1, 2, width_ratios=[1.35, 1.0])
    _time_series(run, time_series.axes_of_panels(run, fig, left))
    if run.expert is None:
        _return_histogram(run, fig.add_subplot(right))
    else:
        right = right.subgridspec(2, 1, height_ratios=[1.35, 1.0])
        _scatter(run, fig.add_subplot(right[0]))
        _difference_histogram(run, fig.add_subplot(right[1]))
    return fig


def caption(run):
    text = (f"Left: one episode of the {style.readable(run.policy_name)} policy"
            f"{' and the expert from the same start' if run.expert else ''}, the hardest "
            f"of {len(run.policy.states)} starts for the {'expert' if run.expert else 'policy'}. ")
    if run.goals:
        text += "The dashed line is the goal. "
    if not time_series.are_all_shown(run):
        text += "Only the first states and actions are shown. "
    if run.expert is None:
        return text + f"Right: returns of {run.policy.returns.size} episodes."
    return text + (f"Right: the returns of both from each of {run.policy.returns.size} starts (on the diagonal they "
                   "are equal, below it the policy is worse), and the distribution of policy minus expert. "
                   f"Mean gap {gap(run)}. " + interval.MEANING)


def _time_series(run, axes):
    episode = run.hardest_start()
    if run.expert:
        time_series.draw(run, axes, run.expert, episode, label="expert", color=style.EXPERT, linewidth=2.6,
                         alpha=0.55)
    time_series.draw(run, axes, run.policy, episode, color=style.POLICY, linewidth=1.2, label="policy")
    time_series.draw_goals(run, axes, run.policy, episode)
    style.key(axes[0])
    style.heading(axes[0], "From the same start" if run.expert else "One episode")


def _scatter(run, ax):
    policy, expert = run.policy.returns, run.expert.returns
    low, high = min(policy.min(), expert.min()), max(policy.max(), expert.max())
    margin = 0.04 * (high - low or 1.0)
    limits = (low - margin, high + margin)
    ax.plot(limits, limits, color=style.FAINT, linewidth=0.8, zorder=1)
    ax.scatter(expert, policy, s=9, color=style.POLICY, alpha=0.35, linewidths=0, zorder=2, rasterized=True)
    ax.set(xlabel="return of the expert", ylabel="return of the policy", xlim=limits, ylim=limits)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))
    ax.annotate("equal", (0.5, 0.5), xycoords="axes fraction", xytext=(-4, 4), textcoords="offset points", ha="right",
                va="bottom", color=style.FAINT, fontsize=7.5)
    style.heading(ax, f"{policy.size} episodes, same starts")


def _difference_histogram(run, ax):
    differences = run.policy.returns - run.expert.returns
    mean = gap(run)
    low, high = shown_range(differences, mean)
    ax.hist(differences, bins=40, range=(low, high), color=style.POLICY, alpha=0.55)
    ax.axvline(0.0, color=style.FAINT, linewidth=0.8)
    ax.margins(y=0.25)
    ax.errorbar(mean.mean, 0.9, xerr=mean.margins, transform=ax.get_xaxis_transform(), color=style.INK, marker="o",
                markersize=4, capsize=3, linewidth=1.2)
    ax.set(xlim=(low, high), xlabel="return of the policy − return of the expert", ylabel="episodes")
    middle, *ends = mean.texts(number.signed)
    style.heading(ax, f"Mean gap {middle}" + (f" [{', '.join(ends)}]" if mean.has_ends else ""))
    _say_beyond(ax, int((differences < low).sum()), differences.min(), "left")
    _say_beyond(ax, int((differences > high).sum()), differences.max(), "right")


def shown_range(differences, mean):
    """The range of the central 98 % of the differences, extended to zero and to the interval of the mean."""
    values = [*np.percentile(differences, [1.0, 99.0]), 0.0, *([mean.low, mean.high] if mean.has_ends else [])]
    margin = 0.05 * (max(values) - min(values)) or 1.0
    return min(values) - margin, max(values) + margin


def _say_beyond(ax, count, extreme, side):
    if count:
        ax.annotate(f"{count} beyond,\nto {number.signed(extreme)}", (0.01 if side == "left" else 0.99, 0.75),
                    xycoords="axes fraction", ha=side, va="top", fontsize=7.5, color=style.FAINT)


def _return_histogram(run, ax):
    ax.hist(run.policy.returns, bins=40, color=style.POLICY, alpha=0.55)
    ax.axvline(run.policy.returns.mean(), color=style.POLICY)
    ax.set(xlabel="return of the policy", ylabel="episodes")
    style.heading(ax, f"Mean {number.text(run.policy.returns.mean())}")
