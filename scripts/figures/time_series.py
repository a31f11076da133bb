"""States and actions of one episode over time, one panel each; used by the figures of rollouts."""

import numpy as np

from . import style

MOST_PANELS = 6
PI_TICKS = {-np.pi: "−π", -np.pi / 2: "−π/2", 0.0: "0", np.pi / 2: "π/2", np.pi: "π"}


def wrap(angle):
    """An angle in [-pi, pi)."""
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def wrapped_curve(theta, other):
    """The curve (wrapped theta, other), cut at +-pi so that no line is drawn across.

    theta, other: (n). Returns two arrays with, at each crossing, the two edges and a NaN between them.
    """
    theta = np.unwrap(theta)
    turns = np.floor((theta + np.pi) / (2.0 * np.pi))
    crossings = np.flatnonzero(np.diff(turns))
    edge = np.maximum(turns[crossings], turns[crossings + 1]) * 2.0 * np.pi - np.pi  # unwrapped
    share = (edge - theta[crossings]) / (theta[crossings + 1] - theta[crossings])
    met = other[crossings] + share * (other[crossings + 1] - other[crossings])
    side = np.where(turns[crossings + 1] > turns[crossings], np.pi, -np.pi)
    place = np.repeat(crossings + 1, 3)
    edges = np.stack([side, np.full_like(side, np.nan), -side], axis=1).ravel()
    return np.insert(wrap(theta), place, edges), np.insert(other, place, np.repeat(met, 3))


def angle_axis(axis):
    axis.set_ticks(list(PI_TICKS), labels=list(PI_TICKS.values()))


def panels(run):
    """The panels, at most MOST_PANELS: (dimension, its column, whether it is an action)."""
    actions = [(d, i, True) for i, d in enumerate(run.actions)]
    states = [(d, i, False) for i, d in enumerate(run.states)]
    shown_states = states[: max(MOST_PANELS - len(actions), MOST_PANELS // 2)]
    return shown_states + actions[: MOST_PANELS - len(shown_states)]


def are_all_shown(run):
    return len(panels(run)) == len(run.actions) + len(run.states)


def axes_of_panels(run, fig, place):
    """Axes stacked in the grid cell `place`, one for each of panels(run), with a shared time axis."""
    heights = [1.35 if run.is_pendulum and row == 0 else 1.0 for row in range(len(panels(run)))]
    rows = place.subgridspec(len(heights), 1, height_ratios=heights)
    first = fig.add_subplot(rows[0])
    axes = [first] + [fig.add_subplot(rows[row], sharex=first) for row in range(1, len(heights))]
    _label_axes(run, axes)
    fig.align_ylabels(axes)
    return axes


def figure_height(run):
    return max(4.8, 1.25 * len(panels(run)))


def _label_axes(run, axes):
    """Names, units, bounds and reference lines of the panels; axes: one for each of panels(run)."""
    for ax, (dimension, column, is_action) in zip(axes, panels(run)):
        ax.set_ylabel(style.axis_label(dimension.name, dimension.unit))
        ax.margins(x=0.01)
        ax.tick_params(labelbottom=False)
        if is_action and np.isfinite([dimension.low, dimension.high]).all():
            style.guide(ax, dimension.low)
            style.guide(ax, dimension.high, "limit", below=True)
            ax.margins(y=0.12)
        if run.is_pendulum and not is_action:
            _label_pendulum(ax, column)
    axes[-1].tick_params(labelbottom=True)
    axes[-1].set_xlabel("time (s)")


def _label_pendulum(ax, column):
    ax.set_ylabel(["angle θ (rad)", "velocity ω (rad/s)"][column])
    style.guide(ax, 0.0, "upright" if column == 0 else None)
    if column == 0:
        ax.set_ylim(-np.pi * 1.05, np.pi * 1.05)
        angle_axis(ax.yaxis)


def draw_goals(run, axes, rollouts, episode):
    """Draws each goal in the first panel of a state that has its unit."""
    goals = rollouts.goals[episode]
    time = np.arange(len(goals)) * run.time_step
    for column, goal in enumerate(run.goals):
        for ax, (dimension, _, is_action) in zip(axes, panels(run)):
            if not is_action and dimension.unit == goal.unit:
                ax.plot(time, goals[:, column], color=style.OTHER, linewidth=1.1, linestyle=(0, (4, 2)), zorder=1.5)
                ax.annotate(style.readable(goal.name), (time[0], goals[0, column]), xytext=(0, 3),
                            textcoords="offset points", ha="left", va="bottom", fontsize=7.5, color=style.OTHER)
                break


def draw(run, axes, rollouts, episode, **line):
    """Draws one episode into the panels. line: keyword arguments of Axes.plot."""
    states, actions = rollouts.states[episode], rollouts.actions[episode]
    time = np.arange(len(states)) * run.time_step
    for ax, (_, column, is_action) in zip(axes, panels(run)):
        if is_action:  # held from each step to the next
            held = np.append(actions[:, column], actions[-1:, column])
            ax.plot(time, held, drawstyle="steps-post", **line)
        elif run.is_pendulum and column == 0:
            theta, along = wrapped_curve(states[:, 0], time)
            ax.plot(along, theta, **line)
        else:
            ax.plot(time, states[:, column], **line)
