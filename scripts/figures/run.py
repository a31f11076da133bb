"""Reads the files of a run directory into plain structs.

Shapes: N episodes, the first K of them stored with all steps, T steps, O observations, S states, A actions, G goals,
M samples, P times of a sample's trajectory: steps + 1 for solvers with fixed steps.
"""

import re
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import h5py
import numpy as np

from . import json_files, number, style
from .checked_hdf5 import InputError, Reader
from .explorer import Explorer, read as read_explorer

FORMAT_VERSION = 1
ADAPTIVE = ("bosh3", "dopri5")  # solvers with adaptive steps


@dataclass
class Dimension:
    name: str
    unit: str = ""
    low: float = -np.inf
    high: float = np.inf


@dataclass
class Rollouts:
    """Episodes of one policy. Rows after an episode's end are NaN in the file and cut off here."""

    returns: np.ndarray  # (N)
    states: list  # K of (T_k + 1, S)
    actions: list  # K of (T_k, A)
    goals: list  # K of (T_k + 1, G)
    rewards: list = field(default_factory=list)  # K of (T_k)


@dataclass
class FlowField:
    """The velocity of action dimension 0 at one observation. Actions are in the environment's unit."""

    label: str
    times: np.ndarray  # (Tn), of the flow
    actions: np.ndarray  # (An)
    velocity: np.ndarray  # (Tn, An), action units per unit of flow time
    trajectory_times: np.ndarray  # (P), of the flow
    trajectories: np.ndarray  # (M, P)
    expert_action: float = None
    goal: np.ndarray = None  # (G), in the environment's units


@dataclass
class Denoising:
    """Samples of the policy at one observation, on their way from noise to action."""

    label: str
    times: np.ndarray  # (P), of the flow
    paths: np.ndarray  # (M, P, A), in the environment's units
    expert_action: float = None

    @property
    def trajectories(self):
        """Action dimension 0, (M, P)."""
        return self.paths[:, :, 0]


@dataclass
class Prediction:
    """A held-out episode of recorded data, and samples of the policy in each of its states."""

    recorded: np.ndarray  # (T, A), in the environment's units
    sampled: np.ndarray  # (samples, T, A)


@dataclass
class Motion:
    """One episode as moving shapes, M of them."""

    kinds: list  # M of "sphere", "capsule", "cylinder", "box", "ellipsoid", "plane"
    sizes: np.ndarray  # (M, 3), m: see Shape in libfm/env/environment.hpp
    colours: np.ndarray  # (M, 3), red, green and blue in [0, 1]
    frame_time: float  # s
    actors: dict  # "policy" and "expert", as far as there are: (F, M, 7), position and quaternion w x y z
    goals: np.ndarray = None  # (F, G) of the longer one


@dataclass
class Run:
    directory: Path
    env: str = ""
    policy_name: str = ""
    expert_name: str = ""
    solver: str = ""
    steps: int = 0  # of the solver
    time_step: float = 0.0  # s
    shown: str = "states"  # or "observations" if the environment has no states
    states: list = field(default_factory=list)  # S Dimensions of what is shown
    actions: list = field(default_factory=list)  # A Dimensions
    goals: list = field(default_factory=list)  # G Dimensions
    policy: Rollouts = None
    expert: Rollouts = None
    flow_fields: list = field(default_factory=list)
    denoising: list = field(default_factory=list)
    motion: Motion = None
    explorer: Explorer = None
    predictions: list = field(default_factory=list)  # Predictions
    metrics: list = field(default_factory=list)  # the objects of metrics.jsonl
    evaluation: dict = field(default_factory=dict)  # evaluation.json
    is_demo: bool = False
    others: list = field(default_factory=list)  # other Runs, to compare with this one

    @property
    def averages_weights(self):
        """Whether the policy acts with a moving average of the weights: unless config.yaml says `ema: 0`."""
        match = re.search(r"^\s+ema:\s*([0-9.eE+-]+)\s*$", self.text("config.yaml"), re.MULTILINE)
        return match is None or match.group(1).strip("0.") != ""

    def text(self, name):
        """The text of a file of the directory; empty if there is none."""
        path = self.directory / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def hardest_start(self):
        """The stored episode with the lowest return of the expert, or of the policy if there is no expert."""
        rollouts = self.expert or self.policy
        return int(np.argmin(rollouts.returns[: len(rollouts.states)]))

    def sampling(self, times):
        """Solver and number of steps as text. times: the recorded flow times, (P)."""
        steps = len(times) - 1 if self.solver in ADAPTIVE else self.steps
        return f"{steps} step{'' if steps == 1 else 's'} of {style.readable(self.solver)}"

    def goal_words(self, shown):
        """The goals of the shown FlowFields as a sentence; empty if there are no goals."""
        if not self.goals or not shown:
            return ""
        asked = [", ".join(f"{style.readable(d.name)} {number.text(value)} {d.unit}".rstrip()
                           for d, value in zip(self.goals, state.goal)) for state in shown]
        return f" The goal in each: {'; '.join(dict.fromkeys(asked))}."

    @property
    def is_pendulum(self):
        """Whether the state is that of a pendulum, in any task."""
        return [s.name for s in self.states] == ["theta", "omega"]

    @property
    def is_distribution(self):
        """Whether there are no observations: the actions are samples of one distribution."""
        return not self.states


def refuse_links(directory):
    """Raises InputError for links among the files that a report shows: they could lead to anything on this machine."""
    files = [directory / name for name in ("config.yaml", "provenance.json", "metrics.jsonl", "evaluation.json",
                                           "evaluation.h5", "demo.h5", "figures")]
    for path in [*files, *(directory / "figures").glob("*.png")]:
        if path.is_symlink():
            raise InputError(f"{path}: is a symbolic link, which is not followed")


def load(directory):
    """Raises InputError if the directory contains no data to draw, or damaged files."""
    run = Run(Path(directory))
    if not run.directory.is_dir():
        raise InputError(f"{directory}: no such directory")
    refuse_links(run.directory)
    evaluation, demo = run.directory / "evaluation.h5", run.directory / "demo.h5"
    run.is_demo = demo.exists() and not evaluation.exists()
    if run.is_demo or evaluation.exists():
        _read_hdf5(run, demo if run.is_demo else evaluation)
    if not run.is_demo:
        run.metrics = json_files.read_metrics(run.directory / "metrics.jsonl")
        run.evaluation = json_files.read_evaluation(run.directory / "evaluation.json")
    if not (run.policy or run.expert or run.flow_fields or run.denoising or run.metrics or run.evaluation):
        raise InputError(f"{directory}: contains no evaluation.h5, demo.h5, evaluation.json or metrics.jsonl to draw; "
                         "give a directory that `fm run`, `fm eval` or `fm demo` wrote")
    return run


def _read_hdf5(run, path):
    try:
        with h5py.File(path, "r") as file:
            root = Reader(path, file)
            _read_attributes(run, root)
            run.policy = _read_rollouts(run, root.child("policy"))
            run.expert = _read_rollouts(run, root.child("expert"))
            run.flow_fields = [_read_flow_field(run, group) for group in root.groups("flow_field")]
            run.motion = _read_motion(root.child("motion"), len(run.goals))
            run.explorer = read_explorer(root.child("explorer"))
            run.predictions = [_read_prediction(run, group) for group in root.groups("predictions")]
            labels = [flow_field.label for flow_field in run.flow_fields]  # of the same states
            run.denoising = [_read_denoising(run, group, label) for group, label in
                             zip_longest(root.groups("denoising"), labels, fillvalue="") if group]
    except (OSError, RuntimeError, KeyError) as error:  # h5py's own errors
        raise InputError(f"{path}: damaged, or not an HDF5 file ({str(error).splitlines()[0]})") from None


def _read_attributes(run, root):
    version = root.attribute("format_version", int)
    if version != FORMAT_VERSION:
        raise InputError(f"{root.path}: has format version {version}, but this program reads {FORMAT_VERSION}: "
                         "use scripts/plot of the commit that wrote it, or evaluate again")
    run.env = root.attribute("env", str)
    run.policy_name = root.attribute("policy", str, "")
    run.expert_name = root.attribute("expert", str, "")
    run.solver = root.attribute("solver", str, "")
    run.steps = root.attribute("steps", int, 0)
    run.time_step = root.attribute("time_step", float)
    run.actions = _dimensions(root, "action")
    run.goals = _dimensions(root, "goal") if root.attribute("goal_names", str, "") else []
    _read_bounds(run.actions, root)
    run.states = _dimensions(root, "state")
    observations = root.lines("observation_names")
    if not run.states or len(run.states) > max(len(observations), 2):  # none, or a simulator's own
        run.shown = "observations"
        has_units = root.attribute("observation_units", str, "")
        run.states = _dimensions(root, "observation") if has_units else [Dimension(name) for name in observations if name]


def _dimensions(root, kind):
    names, units = root.lines(f"{kind}_names"), root.lines(f"{kind}_units")
    if names == [""]:
        return []
    if len(units) != len(names):
        root.fail(f"{kind}_units", f"has {len(units)} lines for {len(names)} names")
    return [Dimension(name, unit) for name, unit in zip(names, units)]


def _read_bounds(actions, root):
    for end in ("low", "high"):
        values = root.lines(f"action_{end}")
        if len(values) != len(actions):
            root.fail(f"action_{end}", f"has {len(values)} lines for {len(actions)} names")
        for action, value in zip(actions, values):
            setattr(action, end, _number(root, f"action_{end}", value))


def _number(root, name, text):
    try:
        return float(text)
    except ValueError:
        root.fail(name, f"'{text}' is not a number")


def _read_rollouts(run, group):
    if group is None:
        return None
    returns = group.array("returns", None).astype(float)
    if not np.isfinite(returns).all():
        group.fail("returns", "contains values that are not finite")
    rewards = group.array("rewards", None, None)
    kept, horizon = rewards.shape
    if kept > returns.size:
        group.fail("rewards", f"has {kept} episodes, but there are only {returns.size} returns")
    states = group.array(run.shown, kept, horizon + 1, len(run.states))
    actions = group.array("actions", kept, horizon, len(run.actions))
    goals = group.array("goals", kept, horizon + 1, len(run.goals)) if run.goals else np.zeros((kept, horizon + 1, 0))
    lengths = np.sum(~np.isnan(rewards), axis=1)
    if not lengths.all():
        group.fail("rewards", f"episode {int(np.argmin(lengths))} has no steps")
    return Rollouts(returns, [s[: n + 1].astype(float) for s, n in zip(states, lengths)],
                    [a[:n].astype(float) for a, n in zip(actions, lengths)],
                    [g[: n + 1].astype(float) for g, n in zip(goals, lengths)],
                    [r[:n].astype(float) for r, n in zip(rewards, lengths)])


def _read_motion(group, goals):
    if group is None:
        return None
    kinds = group.attribute("kinds", str).split("\n")
    shapes = len(kinds)
    actors = {name: group.array(name, None, shapes, 7) for name in ("policy", "expert") if group.has(name)}
    frames = max(map(len, actors.values()), default=0)
    if frames == 0:
        group.fail("policy", "there is no episode")
    asked = group.array("goals", frames, goals) if goals and group.has("goals") else None
    for name, values in [*actors.items(), ("goals", asked)]:
        if values is not None and not np.isfinite(values).all():
            group.fail(name, "contains values that are not finite")
    return Motion(kinds, group.array("sizes", shapes, 3), group.array("colours", shapes, 3),
                  group.attribute("frame_time", float), actors, asked)


def _read_prediction(run, group):
    recorded = group.array("recorded", None, len(run.actions))
    return Prediction(recorded, group.array("sampled", None, len(recorded), len(run.actions)))


def _expert_action(group):
    return float(group.array("expert_action", None)[0]) if group.has("expert_action") else None


def _read_flow_field(run, group):
    times, actions = group.array("times", None), group.array("actions", None)
    trajectory_times = group.array("trajectory_times", None)
    return FlowField(group.attribute("label", str), times, actions,
                     group.array("velocity", times.size, actions.size), trajectory_times,
                     group.array("trajectories", None, trajectory_times.size), _expert_action(group),
                     group.array("goal", len(run.goals)) if run.goals else None)


def _read_denoising(run, group, label):
    times = group.array("trajectory_times", None)
    return Denoising(group.attribute("label", str, label), times,
                     group.array("trajectories", None, times.size, len(run.actions)), _expert_action(group))
