#!/usr/bin/python3
"""Makes a study of many runs from one example run: two settings are varied, with several seeds.

    tests/figures/make_study.py DIR [RUNS]     DIR/STUDY.json and DIR/runs/*
"""

import json
import os
import sys
from pathlib import Path

import make_example
import numpy as np

EPISODES = (10, 20, 50, 100, 200)
WIDTHS = (64, 256)
METRICS = 60  # lines


def make(directory, count=20, example=None):
    """example: a run directory, whose large files the runs share; made here if it is None."""
    directory = Path(directory)
    if example is None:
        example = directory / "example"
        make_example.make(example, 40)
    settings = [(episodes, width) for episodes in EPISODES for width in WIDTHS]
    settings = settings[: max(1, count // 2)]
    study = {"format_version": 1, "title": "data_efficiency", "sources": [str(directory)],
             "varied": ["collect.episodes", "network.mlp.hidden"], "runs": [], "groups": [], "comparisons": [],
             "profiles": None}
    generator = np.random.default_rng(3)
    for group, (episodes, width) in enumerate(settings):
        members = range(group * count // len(settings), (group + 1) * count // len(settings))
        for seed, member in enumerate(members):
            folder = directory / "runs" / f"run_{member}"
            _copy(example, folder, episodes, width, seed, generator)
            study["runs"].append(_run(folder, group, seed, episodes, width, generator))
        study["groups"].append(_group(study["runs"], members, episodes, width))
    for group in range(1, len(settings)):
        study["comparisons"].append(_comparison(study["groups"], group, 0))
    study["profiles"] = _profiles(study["groups"])
    path = directory / "STUDY.json"
    path.write_text(json.dumps(study, indent=1))
    return path


def _copy(example, folder, episodes, width, seed, generator):
    (folder / "figures").mkdir(parents=True)
    for file in [example / "evaluation.h5", *(example / "figures").glob("*.png")]:
        os.link(file, folder / file.relative_to(example))
    (folder / "report.html").write_text("")
    (folder / "config.yaml").write_text(
        f"name: pendulum\nseed: {seed}\ncollect:\n  episodes: {episodes}\n  noise: 2.0\nnetwork:\n  name: mlp\n  mlp:\n"
        f"    hidden: [{width}, {width}]\ntrain:\n  epochs: {METRICS}\n")
    (folder / "provenance.json").write_text(json.dumps({"git_commit": "0123abc", "seed": seed, "configuration": {"seed": seed}}))
    with open(folder / "metrics.jsonl", "w") as file:
        for epoch in range(1, METRICS + 1):
            loss = 0.2 + np.exp(-epoch * np.sqrt(episodes) / 60) + 0.02 * generator.normal()
            row = {"step": 10 * epoch, "epoch": epoch, "train_loss": loss, "validation_loss": loss + 0.05, "time": 1e9 + epoch}
            if epoch % 10 == 0:
                row["rollout_return"] = -150 - 900 * loss
            file.write(json.dumps(row) + "\n")


def _run(folder, group, seed, episodes, width, generator):
    mean = float(-150 - 2000 / episodes - 2000 / width + 4 * generator.normal())
    return {"name": folder.name, "directory": str(folder), "group": group, "seed": seed, "state": "evaluated",
            "settings": _settings(episodes, width), "return": {"mean": mean, "ci95": [mean - 6, mean + 6]},
            "gap": {"mean": mean + 150, "ci95": [mean + 149, mean + 151]}, "success": 1.0}


def _settings(episodes, width):
    return {"collect.episodes": str(episodes), "network.mlp.hidden": f"[{width}, {width}]"}


def _group(runs, members, episodes, width):
    settings = _settings(episodes, width)

    def score(metric):
        values = np.array([runs[member][metric]["mean"] for member in members])
        mean, margin = values.mean(), 8.0 if len(values) > 1 else None
        ends = [mean - margin, mean + margin] if margin else [None, None]
        return {"mean": mean, "ci95": ends, "iqm": mean + 0.5, "iqm_ci95": ends}

    return {"name": ", ".join(f"{key}={value}" for key, value in settings.items()), "settings": settings,
            "runs": list(members), "counted": list(members), "return": score("return"), "gap": score("gap"), "success": 1.0}


def _comparison(groups, a, b):
    difference = groups[a]["return"]["mean"] - groups[b]["return"]["mean"]
    return {"a": a, "b": b, "metric": "return", "difference": {"mean": difference, "ci95": [difference - 9, difference + 9]},
            "paired": True, "improvement": {"probability": 0.75, "ci95": [0.5, 1.0]}}


def _profiles(groups):
    thresholds = np.linspace(-600, 0, 40)
    shares = [1 / (1 + np.exp((thresholds - group["return"]["mean"]) / 30)) for group in groups]
    return {"metric": "return", "thresholds": thresholds.tolist(),
            "groups": [{"fractions": share.tolist(), "low": (0.95 * share).tolist(), "high": np.minimum(1, 1.05 * share).tolist()}
                       for share in shares]}


if __name__ == "__main__":
    print(make(sys.argv[1], *map(int, sys.argv[2:])))
