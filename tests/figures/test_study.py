"""Reading STUDY.json: what it holds, and damaged ones."""

import json
import tempfile
import unittest
from pathlib import Path

import examples  # noqa: F401, puts scripts/ on the path
from figures import study
from figures.checked_hdf5 import InputError


def small():
    """A study of two runs in two groups, one of which has not been evaluated."""
    def score(mean):
        return {"mean": mean, "ci95": [mean - 1, mean + 1]}

    runs = [{"name": "a", "directory": "/nowhere/a", "group": 0, "seed": 0, "state": "evaluated",
             "settings": {"train.epochs": "10"}, "return": score(-150.0), "gap": score(-3.0), "success": 0.5},
            {"name": "b", "directory": "/nowhere/b", "group": 1, "seed": 0, "state": "trained", "settings": {"train.epochs": "20"},
             "return": None, "gap": None, "success": None}]
    groups = [{"name": "train.epochs=10", "settings": {"train.epochs": "10"}, "runs": [0], "counted": [0], "gap": None, "success": 0.5,
               "return": {"mean": -150.0, "ci95": [None, None], "iqm": -149.0, "iqm_ci95": [None, None]}},
              {"name": "train.epochs=20", "settings": {"train.epochs": "20"}, "runs": [1], "counted": [], "return": None, "gap": None,
               "success": None}]
    return {"format_version": 1, "title": "small", "sources": ["/nowhere"], "varied": ["train.epochs"], "runs": runs,
            "groups": groups, "comparisons": [], "profiles": None}


class Reading(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "STUDY.json"

    def load(self, content):
        self.path.write_text(content if isinstance(content, str) else json.dumps(content))
        return study.load(self.path)

    def test_holds_what_the_file_holds(self):
        read = self.load(small())
        self.assertEqual((read.title, read.varied, len(read.runs)), ("small", ["train.epochs"], 2))
        self.assertEqual((read.runs[0].scores["return"].low, read.runs[1].scores["return"]), (-151.0, None))
        score = read.groups[0].scores["return"]
        self.assertEqual((score.mean.mean, score.iqm.mean, score.mean.has_ends), (-150.0, -149.0, False))
        self.assertIsNone(read.groups[0].scores["gap"])

    def test_names_the_place_of_what_is_wrong(self):
        def change(*path, value):
            content = small()
            place = content
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            return content

        comparison = {"a": 0, "b": 7, "metric": "return", "difference": None, "paired": False, "improvement": None}
        profiles = {"metric": "return", "thresholds": [1, 2], "groups": [{"fractions": [1], "low": [1, 1], "high": [1, 1]}]}
        for content, message in (
                ("{", "not a JSON file"), ("[]", "should be an object"), ("[" * 100000, "not a JSON file"),
                (change("format_version", value=2), "format_version: should be 1"),
                (change("format_version", value=True), "format_version: should be of type int"),
                (change("title", value=None), "title: should be of type str"),
                (change("varied", value=[1]), "varied: should be a list of texts"),
                (change("runs", 1, value=3), "runs[1]: should be an object"),
                (change("runs", 0, "state", value="done"), "runs[0]: state: should be one of"),
                (change("runs", 0, "group", value=2), "runs[0]: group: 2 is not among the 2"),
                (change("runs", 0, "group", value=-1), "runs[0]: group: -1 is not among the 2"),
                (change("runs", 0, "directory", value="a"), "runs[0]: directory: should be absolute"),
                (change("runs", 0, "return", value={"mean": 1}), None),
                (change("runs", 0, "return", value={"mean": 10**400, "ci95": [0, 1]}), "runs[0]: return: should be {"),
                (change("runs", 0, "success", value=float("nan")), "runs[0]: success: should be a number"),
                (change("runs", 0, "return", value={"mean": "x", "ci95": [1, 2]}), "runs[0]: return: should be {"),
                (change("runs", 0, "return", value={"mean": 1, "ci95": 5}), "runs[0]: return: should be {"),
                (change("runs", 0, "settings", value={"a": 1}), "runs[0]: settings: should hold texts"),
                (change("groups", 0, "runs", value=[9]), "groups[0]: runs: 9 is not among the 2"),
                (change("groups", 0, "runs", value=["0"]), "groups[0]: runs: should be a list of indices"),
                (change("comparisons", value=[comparison]), "comparisons[0]: 7 is not among the 2"),
                (change("profiles", value=profiles), "profiles: groups[0]: fractions: has 1 numbers, should have 2")):
            with self.subTest(message):
                if message is None:
                    self.load(content)
                    continue
                with self.assertRaises(InputError) as caught:
                    self.load(content)
                self.assertIn(message, str(caught.exception))
                self.assertTrue(str(caught.exception).startswith(str(self.path)))


if __name__ == "__main__":
    unittest.main()
