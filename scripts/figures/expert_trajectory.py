"""expert_trajectory.png: one episode of the expert over time, and the phase portrait of many."""

import numpy as np

from . import number, style, time_series

MOST_OTHERS = 40


def draw(run):
    if run.expert is None or run.is_distribution:
        return None
    fig = style.figure(time_series.figure_height(run))
    grid = fig.add_gridspec(1, 2, width_ratios=[1.25, 1.0]) if run.is_pendulum else fig.add_gridspec(1, 1)
    axes = time_series.axes_of_panels(run, fig, grid[0])
    time_series.draw(run, axes, run.expert, run.hardest_start(), color=style.EXPERT)
    time_series.draw_goals(run, axes, run.expert, run.hardest_start())
    style.heading(axes[0], "The expert from its hardest start")
    if run.is_pendulum:
        _phase_portrait(run, fig.add_subplot(grid[1]))
    return fig


def caption(run):
    others = min(len(run.expert.states) - 1, MOST_OTHERS)
    text = (f"One episode of the expert ({style.readable(run.expert_name)}), the one with the lowest return "
            f"({number.text(run.expert.returns[run.hardest_start()])}) among {len(run.expert.states)}. ")
    if run.goals:
        text += "The dashed line is the goal. "
    if not run.is_pendulum:
        return text + ("" if time_series.are_all_shown(run) else "Only the first states and actions are shown.")
    return text + ("Left: angle (0 is upright), angular velocity and torque; dotted lines mark upright, rest and the "
                   "bounds of the torque. Right: the same episode in the phase plane, from the open circle to the "
                   f"filled one; grey curves are {others} other episodes. The plane's left and right edges are the "
                   "same angle, hanging.")


def _phase_portrait(run, ax):
    shown = run.hardest_start()
    others = [episode for episode in range(len(run.expert.states)) if episode != shown][:MOST_OTHERS]
    curves = [np.stack(time_series.wrapped_curve(*run.expert.states[episode].T), axis=1) for episode in others]
    style.faint_lines(ax, [part for curve in curves for part in split_at_nan(curve)], alpha=0.4)
    states = run.expert.states[shown]
    ax.plot(*time_series.wrapped_curve(*states.T), color=style.EXPERT, zorder=3)
    _mark(ax, states[0], "start", "white")
    _mark(ax, states[-1], "end", style.EXPERT)
    ax.set(xlabel="angle θ (rad)", ylabel="velocity ω (rad/s)", xlim=(-np.pi * 1.02, np.pi * 1.02))
    time_series.angle_axis(ax.xaxis)
    ax.axvline(0.0, color=style.FAINT, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
    ax.annotate("upright", (0.0, 1.0), xycoords=("data", "axes fraction"), xytext=(3, -2), textcoords="offset points",
                va="top", fontsize=7.5, color=style.FAINT)
    style.heading(ax, "Phase portrait")


def split_at_nan(curve):
    """The pieces of a curve (n, 2) that rows of NaN separate."""
    breaks = np.flatnonzero(np.isnan(curve).any(axis=1))
    return [part[~np.isnan(part).any(axis=1)] for part in np.split(curve, breaks)]


def _mark(ax, state, text, fill):
    place = (time_series.wrap(state[0]), state[1])
    ax.plot(*place, "o", markersize=6, markerfacecolor=fill, markeredgecolor=style.EXPERT, markeredgewidth=1.4,
            zorder=4)
    left = place[0] > np.pi / 2  # keeps the label inside the axes
    label = ax.annotate(text, place, xytext=(-7 if left else 7, 7), textcoords="offset points", zorder=5,
                        ha="right" if left else "left", color=style.EXPERT, fontweight="bold")
    style.outline(label)
