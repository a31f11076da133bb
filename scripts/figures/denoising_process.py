"""denoising_process.png: how noise becomes an action, with the distribution at both ends."""

import numpy as np

from . import outside, style

MOST_TRAJECTORIES = 300
BINS = {"noise": 36, "action": 72}


def draw(run):
    states = run.denoising
    if not states or run.is_distribution:
        return None
    fig = style.figure(2.1 * len(states) + 0.5)
    grid = fig.add_gridspec(len(states), 3, width_ratios=[1.0, 4.5, 1.6])
    low, high = shown_range(run)
    for row, state in enumerate(states):
        middle = fig.add_subplot(grid[row, 1])
        ends = [fig.add_subplot(grid[row, column], sharey=middle) for column in (0, 2)]
        middle.set_ylim(low, high)
        _paths(run, middle, state)
        outside.say(middle, outside.of_paths(state.trajectories[:MOST_TRAJECTORIES], low, high))
        _histogram(ends[0], state.trajectories[:, 0], (low, high), "noise", style.PALE)
        _histogram(ends[1], state.trajectories[:, -1], (low, high), "action", style.POLICY)
        ends[0].invert_xaxis()
        ends[0].set_ylabel(style.axis_label(run.actions[0].name, run.actions[0].unit))
        if state.expert_action is not None:
            _mark_expert(middle, ends[1], state.expert_action)
        _label(row, len(states), middle, ends)
    return fig


def caption(run):
    count = len(run.denoising[0].trajectories)
    action = style.readable(run.actions[0].name)
    text = (f"{count} samples of the {action} at each of {len(run.denoising)} states, from Gaussian noise "
            f"(left histogram) to action (right histogram) in {run.sampling(run.denoising[0].times)}. Lines are "
            f"{min(count, MOST_TRAJECTORIES)} of them; dark regions are where many pass; a narrow right histogram means a "
            "nearly deterministic action. Dotted lines are the bounds of the action.")
    if any(state.expert_action is not None for state in run.denoising):
        text += " The diamond and the line mark the expert's action."
    return text + run.goal_words(run.flow_fields[:1])


def shown_range(run):
    """The range of the central 99.9 % of the samples, extended to the action's bounds and the expert's actions."""
    samples = np.concatenate([state.trajectories.ravel() for state in run.denoising])
    values = list(np.percentile(samples, [0.05, 99.95]))
    values += [bound for bound in (run.actions[0].low, run.actions[0].high) if np.isfinite(bound)]
    values += [state.expert_action for state in run.denoising if state.expert_action is not None]
    margin = 0.04 * (max(values) - min(values))
    return min(values) - margin, max(values) + margin


def _paths(run, ax, state):
    curves = [np.stack([state.times, path], axis=1) for path in state.trajectories[:MOST_TRAJECTORIES]]
    style.faint_lines(ax, curves, colour=style.POLICY, alpha=0.12, linewidth=0.8, zorder=2)
    ax.set_xlim(0.0, 1.0)
    for bound, text in ((run.actions[0].low, None), (run.actions[0].high, "limit")):
        if np.isfinite(bound):
            _, label = style.guide(ax, bound, text, below=True, side="left")
            if label:
                style.outline(label)
    style.heading(ax, style.readable(state.label).capitalize())


def _histogram(ax, samples, limits, end, colour):
    ax.hist(samples, bins=BINS[end], range=limits, orientation="horizontal", color=colour)
    outside.say(ax, outside.of_paths(samples[:, None], *limits), "left" if end == "noise" else "right")
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)


def _mark_expert(middle, end, action):
    style.diamond(middle, 1.0, action)
    end.axhline(action, color=style.EXPERT, linewidth=1.0, zorder=0)
    label = end.annotate("expert", (1.0, action), xycoords=("axes fraction", "data"), xytext=(0, 4),
                         textcoords="offset points", ha="right", va="bottom", color=style.EXPERT, fontweight="bold")
    style.outline(label)


def _label(row, rows, middle, ends):
    last = row == rows - 1
    middle.tick_params(labelleft=False, labelbottom=last)
    ends[1].tick_params(left=False, labelleft=False)
    if row == 0:
        style.heading(ends[0], "Noise, t = 0")
        style.heading(ends[1], "Actions, t = 1")
    if last:
        middle.set_xlabel("time t of the flow")
