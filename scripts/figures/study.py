"""Reads STUDY.json, which `fm report` writes: the results of several runs, in groups that differ only in the seed.

Every number in it is final. It may have been damaged or edited, so that all of it is checked.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from .checked_hdf5 import InputError
from .checked_json import Checked
from .interval import Interval

FORMAT_VERSION = 1
STATES = ("begun", "collected", "trained", "evaluated")
METRICS = ("return", "gap")


@dataclass
class Member:
    """One run of the study."""

    name: str
    directory: Path
    group: int
    seed: int
    state: str
    settings: dict  # {varied key: YAML text}
    scores: dict  # {"return", "gap": Interval or None}
    success: float = None  # a share


@dataclass
class Score:
    mean: Interval
    iqm: Interval = None  # interquartile mean


@dataclass
class Group:
    name: str
    settings: dict
    members: list  # indices of the runs
    counted: list  # those of them that the statistics are of: equal runs are one
    scores: dict  # {"return", "gap": Score or None}
    success: float = None

    def shown(self, runs):
        """The members whose training is shown: of each seed the one that is counted, or the last."""
        by_seed = {runs[member].seed: member for member in self.members}
        return sorted({**by_seed, **{runs[member].seed: member for member in self.counted}}.values())


@dataclass
class Comparison:
    a: int  # groups
    b: int
    metric: str
    difference: Interval  # a minus b
    improvement: Interval  # probability that a is better
    paired: bool = False


@dataclass
class Profiles:
    """The share of runs above each threshold."""

    metric: str
    thresholds: list
    groups: list  # of {"fractions", "low", "high"}, each as long as the thresholds


@dataclass
class Study:
    title: str
    sources: list
    varied: list
    runs: list
    groups: list
    comparisons: list = field(default_factory=list)
    profiles: Profiles = None


def load(path):
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: not a JSON file") from None
    root = Checked(content, str(path))
    if root.get("format_version", int) != FORMAT_VERSION:
        root.fail("format_version", f"should be {FORMAT_VERSION}: use scripts/report of the commit that wrote it")
    study = Study(root.get("title", str), root.texts("sources"), root.texts("varied"),
                  [_member(item) for item in root.items("runs")], [_group(item) for item in root.items("groups")],
                  [_comparison(item) for item in root.items("comparisons", optional=True)], _profiles(root))
    _check_indices(study, root)
    return study


def _member(item):
    state = item.get("state", str)
    if state not in STATES:
        item.fail("state", f"should be one of {', '.join(STATES)}")
    directory = Path(item.get("directory", str))
    if not directory.is_absolute():
        item.fail("directory", "should be absolute")
    return Member(item.get("name", str), directory, item.get("group", int), item.get("seed", int), state,
                  item.text_map("settings"), {metric: item.interval(metric) for metric in METRICS}, item.share("success"))


def _group(item):
    return Group(item.get("name", str), item.text_map("settings"), _members(item, "runs"), _members(item, "counted"),
                 {metric: _score(item, metric) for metric in METRICS}, item.share("success"))


def _members(item, key):
    members = item.get(key, list)
    if not all(isinstance(member, int) and not isinstance(member, bool) for member in members):
        item.fail(key, "should be a list of indices")
    return members


def _score(item, metric):
    mean = item.interval(metric)
    if mean is None:
        return None
    has_iqm = item.value[metric].get("iqm") is not None
    return Score(mean, item.interval(metric, "iqm", "iqm_ci95") if has_iqm else None)


def _comparison(item):
    difference, improvement = item.interval("difference"), item.interval("improvement", "probability")
    return Comparison(item.get("a", int), item.get("b", int), item.get("metric", str), difference, improvement,
                      item.value.get("paired") is True)


def _profiles(root):
    if root.value.get("profiles") is None:
        return None
    item = root.child("profiles")
    thresholds = item.numbers("thresholds")
    groups = [{key: group.numbers(key, len(thresholds)) for key in ("fractions", "low", "high")} for group in item.items("groups")]
    return Profiles(item.get("metric", str), thresholds, groups)


def _check_indices(study, root):
    for i, run in enumerate(study.runs):
        _check_index(root, f"runs[{i}]: group", run.group, study.groups)
    for i, group in enumerate(study.groups):
        for member in group.members:
            _check_index(root, f"groups[{i}]: runs", member, study.runs)
        if not set(group.counted) <= set(group.members):
            root.fail(f"groups[{i}]: counted", "should be some of the group's runs")
    for i, comparison in enumerate(study.comparisons):
        for group in (comparison.a, comparison.b):
            _check_index(root, f"comparisons[{i}]", group, study.groups)
    if study.profiles and len(study.profiles.groups) != len(study.groups):
        root.fail("profiles", f"has {len(study.profiles.groups)} groups, should have {len(study.groups)}")


def _check_index(root, key, index, items):
    if not 0 <= index < len(items):
        root.fail(key, f"{index} is not among the {len(items)}")
