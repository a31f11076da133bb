"""The explorer of evaluation.h5: the flow at each state of a grid, for explorer.js."""

from dataclasses import dataclass

import numpy as np

from . import style, web

BUDGET = 240_000  # bytes of base64
SMALLEST = {"states": 5, "samples": 8, "times": 6, "actions": 11}
CAPTION = ("The flow at the state that the sliders choose. Colour and arrows are the learned velocity over flow time and action: "
           "green pushes a sample up, purple pushes it down. Lines are samples on their way from noise to action; t moves "
           "them, and the curve at the side is their density at that time.")


@dataclass
class Explorer:
    """Shapes: n0 and n1 values of the axes (n1 = 1 if there is one axis), T times, A actions, M samples, P sample times."""

    names: list  # of the axes, 1 or 2
    units: list
    axes: list  # (n0) and, with two axes, (n1)
    times: np.ndarray  # (T), of the flow
    actions: np.ndarray  # (A), of action dimension 0, in the environment's unit
    velocity: np.ndarray  # (n0, n1, T, A), action units per unit of flow time
    sample_times: np.ndarray  # (P)
    samples: np.ndarray  # (n0, n1, M, P), action dimension 0
    expert: np.ndarray  # (n0, n1), NaN where there is none


def read(group):
    """group: a Reader of checked_hdf5, or None."""
    if group is None:
        return None
    names, units = group.lines("axis_names"), group.lines("axis_units")
    if len(names) not in (1, 2) or len(units) != len(names):
        group.fail("axis_names", "should have one or two lines, and axis_units as many")
    axes = [group.array(f"axis_{i}", None) for i in range(len(names))]
    grid = [len(axes[0]), len(axes[1]) if len(axes) == 2 else 1]
    times, actions, sample_times = (_increasing(group, name) for name in ("times", "actions", "sample_times"))
    explorer = Explorer(names, units, axes, times, actions, group.array("velocity", *grid, times.size, actions.size),
                        sample_times, group.array("samples", *grid, None, sample_times.size),
                        group.array("expert", *grid).astype(float) if group.has("expert") else np.full(grid, np.nan))
    for name in ("velocity", "samples"):
        if not np.isfinite(getattr(explorer, name)).all():
            group.fail(name, "contains values that are not finite")
    return explorer


def _increasing(group, name):
    values = group.array(name, None).astype(float)
    if values.size < 2 or not (np.diff(values) > 0.0).all():
        group.fail(name, "should be two or more increasing numbers")
    return values


def html(run, budget=BUDGET):
    value = data(run, budget)
    if value is None:
        return ""
    # On a grid of states the goal is that of the other pictures; along an episode it is the episode's.
    goal = run.goal_words(run.flow_fields[:1]) if len(run.explorer.axes) == 2 else ""
    expert = " The diamond is the expert's action." if np.isfinite(run.explorer.expert).any() else ""
    return (f'<figure id="explorer">{web.widget("explorer", value, "Explorer of the flow")}\n'
            f"<figcaption><b>Explorer.</b> {CAPTION}{expert}{goal}</figcaption></figure>")


def data(run, budget=BUDGET):
    """What explorer.js shows, in about `budget` bytes of base64 or less; None if there is none, or it does not fit."""
    full = run.explorer
    explorer = full and _within(full, budget)
    if explorer is None or run.is_distribution:
        return None
    action = run.actions[0]
    finite = [bound if np.isfinite(bound) else None for bound in (action.low, action.high)]
    limit = float(np.percentile(_speeds(full), 99.5)) or 1.0
    low, high = explorer.actions[[0, -1]]
    return {"axes": [{"name": style.readable(name), "unit": unit, "values": [float(v) for v in values]}
                     for name, unit, values in zip(explorer.names, explorer.units, explorer.axes)],
            "action": {"name": style.readable(action.name), "unit": action.unit, "low": finite[0], "high": finite[1]},
            "is_pendulum": run.is_pendulum and explorer.names == ["theta", "omega"],
            "times": explorer.times.tolist(), "actions": explorer.actions.tolist(),
            "sample_times": explorer.sample_times.tolist(), "limit": 2.0 * limit,
            "velocity": web.quantised(np.clip(explorer.velocity, -2.0 * limit, 2.0 * limit)),
            "samples": web.quantised(np.clip(explorer.samples, low, high)),
            "expert": web.array(explorer.expert)}


def _speeds(explorer):
    """|v| along the samples: it sets the scale of the colours, because v is largest in corners that no sample visits."""
    return np.abs(np.diff(explorer.samples, axis=-1) / np.diff(explorer.sample_times))


def _within(explorer, budget):
    """A thinner copy that fits into `budget` bytes of base64; None if it would become too thin."""
    for states, samples, field in ((1, 1, 1), (1, 2, 1), (1, 2, 2), (2, 2, 1), (2, 2, 2), (3, 2, 2), (3, 4, 2), (4, 4, 2)):
        thin = _thinned(explorer, states, samples, field)
        if 4 / 3 * (thin.velocity.size + thin.samples.size) <= budget:
            return thin
    return None


def _thinned(explorer, states, samples, field):
    """Every `states`-th state along each axis, every `samples`-th sample, every `field`-th time and action."""
    rows, columns = (_places(n, states, SMALLEST["states"]) for n in explorer.expert.shape)
    paths = _places(explorer.samples.shape[2], samples, SMALLEST["samples"])
    steps = _places(explorer.sample_times.size, samples, SMALLEST["times"])
    times = _places(explorer.times.size, field, SMALLEST["times"])
    actions = _places(explorer.actions.size, field, SMALLEST["actions"])
    return Explorer(explorer.names, explorer.units, [axis[kept] for axis, kept in zip(explorer.axes, (rows, columns))],
                    explorer.times[times], explorer.actions[actions],
                    explorer.velocity[np.ix_(rows, columns, times, actions)], explorer.sample_times[steps],
                    explorer.samples[np.ix_(rows, columns, paths, steps)], explorer.expert[np.ix_(rows, columns)])


def _places(count, stride, smallest):
    """Evenly spaced indices with both ends, about every `stride`-th but at least `smallest` of them."""
    kept = max(min(count, smallest), -(-(count - 1) // stride) + 1 if count > 1 else 1)
    return np.unique(np.linspace(0, count - 1, kept).round().astype(int))
