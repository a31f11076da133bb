"""flow_field.png: the learned velocity over action and time, and the samples it carries from noise to action."""

import numpy as np

from . import number, outside, style

MOST_TRAJECTORIES = 120
ARROWS = (11, 15)  # over time, over action


def draw(run):
    fields = run.flow_fields
    if not fields or run.is_distribution:
        return None
    fig = style.figure(3.7)
    axes = fig.subplots(1, len(fields), sharey=True, squeeze=False)[0]
    limit = 2.0 * fastest_sample(fields)
    low, high = shown_range(fields)
    axes[0].set_ylim(low, high)
    for ax, flow_field in zip(axes, fields):
        mesh = _panel(ax, flow_field, limit)
        _bounds(ax, run.actions[0], low, high)
        outside.say(ax, outside.of_paths(flow_field.trajectories[:MOST_TRAJECTORIES], low, high))
    action = run.actions[0]
    axes[0].set_ylabel(style.axis_label(action.name, action.unit))
    unit = f" ({action.unit} per unit of t)" if action.unit else ""
    bar = fig.colorbar(mesh, ax=axes, label=f"velocity v{unit}", extend="both", pad=0.015, aspect=28)
    bar.outline.set_visible(False)
    return fig


def caption(run):
    action = style.readable(run.actions[0].name)
    text = (f"The learned velocity v(z, t, observation) of the {action} at {len(run.flow_fields)} states: green pushes "
            "the sample up, purple pushes it down, white is zero velocity; arrows give the direction. Thin lines are "
            f"{min(len(run.flow_fields[0].trajectories), MOST_TRAJECTORIES)} samples on their way from noise (t = 0) to "
            f"action (t = 1), {run.sampling(run.flow_fields[0].trajectory_times)}: where they are dense, the policy is "
            "likely to act." + _words_of_bounds(run) + run.goal_words(run.flow_fields))
    if any(f.expert_action is not None for f in run.flow_fields):
        text += " The diamond is the expert's action."
    return text


def shown_range(fields):
    """The range of all panels' velocities."""
    return min(f.actions[0] for f in fields), max(f.actions[-1] for f in fields)


def fastest_sample(fields):
    """|v| along the samples. It sets the colour scale, because v is largest in corners that no sample visits."""
    speeds = [np.abs(np.diff(f.trajectories, axis=1) / np.diff(f.trajectory_times)).ravel() for f in fields]
    return float(np.percentile(np.concatenate(speeds), 99.5)) or 1.0


def _panel(ax, flow_field, limit):
    mesh = ax.pcolormesh(flow_field.times, flow_field.actions, flow_field.velocity.T, cmap=style.DIVERGING,
                         vmin=-limit, vmax=limit, shading="gouraud", rasterized=True)
    ax.set(xlim=(0.0, 1.0), xlabel="time t of the flow")
    ax.set_xticks([0.0, 0.5, 1.0], labels=["0\nnoise", "0.5", "1\naction"])
    _arrows(ax, flow_field)
    paths = flow_field.trajectories[:MOST_TRAJECTORIES]
    curves = [np.stack([flow_field.trajectory_times, path], axis=1) for path in paths]
    style.faint_lines(ax, curves, colour=style.INK, alpha=0.22, linewidth=0.7, zorder=3)
    if flow_field.expert_action is not None:
        _mark_expert(ax, flow_field.expert_action)
    style.heading(ax, style.readable(flow_field.label).capitalize())
    return mesh


def _words_of_bounds(run):
    action, (low, high) = run.actions[0], shown_range(run.flow_fields)
    bounds = [bound for bound in (action.low, action.high) if np.isfinite(bound)]
    hidden = [f"{number.text(bound)} {action.unit}".rstrip() for bound in bounds if not low <= bound <= high]
    text = " Dotted lines are the bounds of the action." if len(hidden) < len(bounds) else ""
    return text + (f" Bounds of the action outside the axes: {' and '.join(hidden)}." if hidden else "")


def _bounds(ax, action, low, high):
    """The bounds of the action where they lie within [low, high], above the colours and legible on them."""
    for bound, text, below in ((action.low, None, False), (action.high, "limit", True)):
        if low <= bound <= high:
            line, label = style.guide(ax, bound, text, below=below, side="left")
            line.set(zorder=4, color=style.INK)
            if label:
                label.set(zorder=4, color=style.INK)
                style.outline(label)


def _arrows(ax, flow_field):
    """Arrows of equal length in the flow's direction (1, v)."""
    columns = np.unique(np.linspace(0, flow_field.times.size - 1, ARROWS[0] + 2).round().astype(int))[1:-1]
    rows = np.unique(np.linspace(0, flow_field.actions.size - 1, ARROWS[1] + 2).round().astype(int))[1:-1]
    velocity = flow_field.velocity[np.ix_(columns, rows)].T
    times, actions = flow_field.times[columns], flow_field.actions[rows]
    length = np.hypot(1.0, velocity)
    ax.quiver(times, actions, 1.0 / length, velocity / length, angles="xy", scale_units="width", scale=24.0,
              pivot="mid", width=0.0035, headwidth=4.5, headlength=4.5, headaxislength=4.0, color=style.INK, alpha=0.55,
              zorder=2)


def _mark_expert(ax, action):
    style.diamond(ax, 1.0, action)
    label = ax.annotate("expert", (1.0, action), xytext=(-9, 0), textcoords="offset points", ha="right", va="center",
                        color=style.EXPERT, fontweight="bold", zorder=5)
    style.outline(label)
