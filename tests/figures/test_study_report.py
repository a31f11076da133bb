"""The command scripts/report: the page's tables and data, unfinished runs, hostile names, size and time."""

import base64
import json
import re
import shutil
import tempfile
import time
import unittest
from pathlib import Path

import make_example
import make_study
import numpy as np
from study_case import Case, write_picture
from test_study import small

ATTACK = "</script><script>alert('x')</script><b onclick=\"alert(1)\">&amp;"
LARGEST, LONGEST = 3_000_000, 5.0  # bytes, s of this process's time


class Report(Case):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.example = Path(kept.name) / "example"
        make_example.make(cls.example, 40)
        (cls.example / "figures").mkdir()
        for name in ("flow_field", "training", "expert_trajectory"):
            write_picture(cls.example / "figures" / f"{name}.png")

    def study(self, count=4):
        return json.loads(make_study.make(self.folder / "study", count, self.example).read_text())

    def test_has_a_row_for_each_group_and_run(self):
        page = self.page(self.study())
        groups, comparisons, runs = page.tables
        self.assertEqual(groups[0][:3], ["collect.episodes", "network.mlp.hidden", "runs"])
        self.assertEqual([row[:3] for row in groups[1:]], [["10", "[64, 64]", "2"], ["10", "[256, 256]", "2"]])
        self.assertRegex(groups[1][3], r"^−\d+ \[−\d+, −\d+\]$")
        self.assertEqual([row[0] for row in runs], ["run", "run_0", "run_1", "run_2", "run_3"])
        self.assertEqual(runs[0][1:5], ["seed", "state", "collect.episodes", "network.mlp.hidden"])
        self.assertEqual(comparisons[1][-1], "0.75 [0.50, 1.00]")
        self.assertEqual(page.headings, ["Groups", "Effect of the settings", "Learning curves", "Performance profiles",
                                         "Comparisons", "A run of each group", "Runs"])
        self.assertIn("4 runs in 2 groups that differ in collect.episodes and network.mlp.hidden", page.text)

    def test_other_settings_that_differ_are_found_and_marked(self):
        content = self.study()
        path = Path(content["runs"][2]["directory"]) / "config.yaml"
        path.write_text(path.read_text().replace("noise: 2.0", "noise: 0.5"))
        page = self.page(content)
        runs = page.tables[2]
        self.assertEqual([row[runs[0].index("collect.noise")] for row in runs[1:]], ["2.0", "2.0", "0.5", "2.0"])
        self.assertIn('class="setting differs">0.5<', (self.folder / "report.html").read_text())

    def test_configurations_are_stored_once_with_their_differences(self):
        content = self.study()
        data = self.page(content).data["texts"]
        self.assertEqual(data["changes"][0], [])
        self.assertEqual(data["changes"][1], [[1, 2, ["seed: 1"]]])

    def test_links_are_relative_to_the_page(self):
        page = self.page(self.study())
        self.assertIn("study/runs/run_0/report.html", page.links)
        self.assertTrue(all((self.folder / link).exists() for link in page.links))

    def test_curves_are_means_over_seeds(self):
        content = self.study()
        data = self.page(content).data["curves"]
        self.assertEqual([key["name"] for key in data["keys"]], ["train_loss", "validation_loss", "rollout_return"])
        losses = [[json.loads(line)["train_loss"] for line in (Path(run["directory"]) / "metrics.jsonl").read_text().splitlines()]
                  for run in content["runs"][:2]]
        mean = np.frombuffer(base64.b64decode(data["groups"][0]["train_loss"]["mean"]["data"]), "<f4")
        np.testing.assert_allclose(mean, np.mean(losses, axis=0), rtol=1e-6)

    def test_shows_unfinished_and_missing_runs(self):
        content = self.study(8)
        for run, state in zip(content["runs"][:4], ("begun", "collected", "trained", "trained")):
            run.update({"state": state, "return": None, "gap": None, "success": None})
        directories = [Path(run["directory"]) for run in content["runs"]]
        shutil.rmtree(directories[0])
        (directories[1] / "metrics.jsonl").write_text("{}\nrubbish\n")
        (directories[4] / "evaluation.h5").unlink()
        (directories[4] / "evaluation.h5").write_text("rubbish")
        (directories[5] / "evaluation.h5").unlink()
        (directories[5] / "evaluation.h5").write_text("rubbish")
        (directories[6] / "provenance.json").write_text("rubbish")
        (directories[6] / "figures" / "training.png").unlink()
        (directories[6] / "figures" / "training.png").write_text("rubbish")
        content["groups"][0].update({"counted": [], "return": None, "gap": None, "success": None})
        page = self.page(content)
        states = [row[2] for row in page.tables[2][1:]]
        self.assertEqual(states[2:5], ["trained", "trained", "evaluated"])
        self.assertIn("its directory is not there", states[0])
        self.assertIn("metrics.jsonl:2: not a JSON object", states[1])
        self.assertIn("Of the runs, 4 not finished.", page.text)
        self.assertIn("not an HDF5 file", page.text)

    def test_names_that_no_file_can_have(self):
        for name in ("/a\0b", "/\ud800"):
            content = small()
            content["runs"][0].update({"name": name, "directory": name})
            self.assertEqual(len(self.page(content).tables[-1]), 3)

    def test_a_study_without_any_result_or_directory(self):
        page = self.page(small())
        self.assertEqual(page.headings, ["Groups", "Effect of the settings", "Runs"])
        empty = {**small(), "varied": [], "runs": [], "groups": []}
        self.assertEqual(self.page(empty).headings, [])

    def test_escapes_what_the_files_say(self):
        content = self.study()
        before = self.page(content)
        content.update({"title": ATTACK, "sources": [ATTACK]})
        for item in [*content["runs"], *content["groups"]]:
            item["name"] += ATTACK
            item["settings"] = {ATTACK: ATTACK, **item["settings"]}
        content["varied"].insert(0, ATTACK)
        content["comparisons"][0]["metric"] = content["profiles"]["metric"] = ATTACK
        directory = Path(content["runs"][0]["directory"])
        (directory / "provenance.json").write_text(ATTACK)
        (directory / "config.yaml").write_text(f"{ATTACK}: {ATTACK}\n")
        (directory / "metrics.jsonl").write_text("".join(json.dumps({"step": step, ATTACK: 1.0}) + "\n" for step in (1, 2)))
        directory.rename(directory.with_name("a\"b<i>'"))
        content["runs"][0]["directory"] = str(directory.with_name("a\"b<i>'"))
        after = self.page(content)
        for tag in ("script", "b", "i"):
            self.assertEqual(after.tags.count(tag), before.tags.count(tag), tag)
        self.assertGreater(after.text.count(ATTACK), 5)
        self.assertNotIn("</script><script>alert", (self.folder / "report.html").read_text())

    def test_needs_nothing_from_elsewhere(self):
        page = self.page(self.study())
        self.assertFalse({"link", "iframe"} & set(page.tags))
        text = re.sub(r"base64,[^\"]*", "", (self.folder / "report.html").read_text())
        self.assertNotRegex(text.replace("http://www.w3.org/2000/svg", ""), r"https?://|url\(|@import|import ")

    def test_twenty_runs_are_small_and_fast(self):
        path = make_study.make(self.folder / "study", 20, self.example)
        begin = time.process_time()
        self.assertEqual(self.run_report(path, "--out", self.folder / "report.html")[0], 0)
        self.assertLess(time.process_time() - begin, LONGEST)
        self.assertLess((self.folder / "report.html").stat().st_size, LARGEST)


class Command(Case):
    def test_refuses_wrong_input_with_one_line(self):
        (self.folder / "STUDY.json").write_text("{}")
        for arguments, message in (([self.folder / "STUDY.json", "--out", self.folder / "a.html"], "format_version: should be"),
                                   ([self.folder / "none.json", "--out", self.folder / "a.html"], "none.json: no such file"),
                                   ([self.folder / "STUDY.json"], "--out")):
            code, out, err = self.run_report(*arguments)
            self.assertEqual((code, out, len(err)), (2, [], 1))
            self.assertIn(message, err[0])
        self.assertFalse((self.folder / "a.html").exists())

    def test_a_place_that_cannot_be_written_is_a_failure(self):
        (self.folder / "STUDY.json").write_text(json.dumps(small()))
        code, _, err = self.run_report(self.folder / "STUDY.json", "--out", "/proc/nowhere/a.html")
        self.assertEqual((code, len(err)), (1, 1))


if __name__ == "__main__":
    unittest.main()
