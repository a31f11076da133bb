"""flow_field.png: the learned velocity over action and time, and the samples it carries from noise to action."""

import numpy as np

from . import style

MOST_TRAJECTORIES = 120
ARROWS = (11, 15)  # over time, over action


def draw(run):
    fields = run.flow_fields
    if not fields or run.is_distribution:
        return None
    fig = style.figure(3.7)
    axes = fig.subplots(1, len(fields), sharey=True, squeeze=False)[0]
    limit = 2.0 * fastest_sample(fields)
    for ax, flow_field in zip(axes, fields):
        mesh = _panel(run, ax, flow_field, limit)
    action = run.actions[0]
    axes[0].set_ylim(min(f.actions[0] for f in fields), max(f.actions[-1] for f in fields))  # range of all panels
    axes[0].set_ylabel(style.axis_label(action.name, action.unit))
    unit = f" ({action.unit} per unit of t)" if action.unit else ""
    bar = fig.colorbar(mesh, ax=axes, label=f"velocity v{unit}", extend="both", pad=0.015, aspect=28)
    bar.outline.set_visible(False)
    return fig


def caption(run):
    action = style.readable(run.actions[0].name)
    text = (f"The learned velocity v(z, t, observation) of the {action} at {len(run.flow_fields)} states: green pushes "
            "the sample up, purple pushes it down, white is zero velocity; arrows give the direction. Thin lines are "
            f"samples on their way from noise (t = 0) to action (t = 1), {run.sampling(run.flow_fields[0].trajectory_times)}: "
            "where they are dense, the policy is likely to act." + run.goal_words(run.flow_fields))
    if any(f.expert_action is not None for f in run.flow_fields):
        text += " The diamond is the expert's action."
    return text


def fastest_sample(fields):
    """|v| along the samples. It sets the colour scale, because v is largest in corners that no sample visits."""
    speeds = [np.abs(np.diff(f.trajectories, axis=1) / np.diff(f.trajectory_times)).ravel() for f in fields]
    return float(np.percentile(np.concatenate(speeds), 99.5)) or 1.0


def _panel(run, ax, flow_field, limit):
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
