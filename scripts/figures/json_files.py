"""Reads evaluation.json and metrics.jsonl, and reports errors with their place in the file."""

import json

from . import interval
from .checked_hdf5 import InputError


def _parse_object(text, where):
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise InputError(f"{where}: not a JSON object")
    return value


def read_evaluation(path):
    if not path.exists():
        return {}
    evaluation = _parse_object(path.read_text(encoding="utf-8", errors="replace"), path)
    _check_intervals(evaluation, path)
    _check_action_error(evaluation.get("action_error"), path)
    variants = evaluation.get("variants") or []
    if not isinstance(variants, list):
        raise InputError(f"{path}: variants: should be a list")
    for index, variant in enumerate(variants):
        _check_intervals(variant, f"{path}: variants[{index}]")
        _check_action_error(variant.get("action_error"), f"{path}: variants[{index}]")
    return evaluation


def _check_action_error(error, where):
    """error: the value of action_error in evaluation.json; None is accepted."""
    error = {} if error is None else error
    lists = [error.get(key) or [] for key in ("dimensions", "chunk")] if isinstance(error, dict) else [None]
    if not all(isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in lists):
        raise InputError(f'{where}: action_error: should be {{"rmse": number, "dimensions": [object, ...]}}')
    if not isinstance(error.get("references") or {}, dict):
        raise InputError(f"{where}: action_error: references: should be an object")


def _check_intervals(evaluation, where):
    for key in ("gap", "policy", "expert"):
        try:
            value = evaluation.get(key)
            interval.read(value if key == "gap" or value is None else value.get("return"))
        except (ValueError, AttributeError) as error:
            raise InputError(f"{where}: {key}: {error}") from None
    try:
        recorded = evaluation.get("demonstrator")
        if recorded is not None:
            interval.read(recorded.get("gap"))
            float(recorded["return"]["mean"]), float(recorded["return"]["std"])
    except (ValueError, AttributeError, TypeError, KeyError):
        raise InputError(f'{where}: demonstrator: should be {{"return": {{"mean", "std"}}, "gap": object}}') from None


def read_metrics(path):
    """The objects of a JSON-lines file. A last line without newline was cut off by a kill and is ignored."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    return [_parse_object(line, f"{path}:{place}") for place, line in enumerate(lines, start=1)]
