"""The tables and sentences of report.html."""

import json
import unittest
from html.parser import HTMLParser

import examples
from figures import interval, metric, report
from figures.run import Dimension, load


class Tables(HTMLParser):
    """self.sections: {heading: rows of cells}; self.text: everything."""

    def __init__(self, page):
        super().__init__()
        self.sections, self.text, self._heading, self._open = {}, "", "", None
        self.feed(page[page.index("<body>"):])

    def handle_starttag(self, tag, _):
        if tag == "h2":
            self._heading, self._open = "", "h2"
        elif tag == "tr":
            self.sections.setdefault(self._heading, []).append([])
        elif tag in ("td", "th"):
            self.sections[self._heading][-1].append("")
            self._open = "cell"
        elif tag == "script":
            self._open = "script"

    def handle_endtag(self, tag):
        if tag in ("h2", "td", "th", "script"):
            self._open = None

    def handle_data(self, data):
        if self._open == "script":
            return
        self.text += data
        if self._open == "h2":
            self._heading += data
        elif self._open == "cell":
            self.sections[self._heading][-1][-1] += data


class Report(examples.RunTest):
    def change(self, **values):
        path = self.directory / "evaluation.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    def page(self):
        return Tables(report.render(load(self.directory), []))

    def evaluate_on_recorded_data(self, **values):
        with self.hdf5() as file:
            for name in ("policy", "expert", "explorer"):
                del file[name]
        point = {"env": "none", "policy": None, "expert": None, "gap": None, "smoothness": {"policy": None, "expert": None}}
        self.change(**point, variants=[{**point, "settings": {"sampler.steps": 5}, "action_error": {"rmse": 0.5},
                                        "latency": {"median_us": 21.0, "nfe": 5}}], **values)

    def test_metrics_have_unit_and_direction(self):
        evaluation = json.loads((self.directory / "evaluation.json").read_text())
        evaluation["policy"]["metrics"] = {"action_jerk": 0.1971, "direction_entropy_bits": None, "own_metric": 2.5e-6}
        evaluation["expert"]["metrics"] = {"action_jerk": 0.1298, "direction_entropy_bits": 1.0}
        for point in evaluation["variants"]:
            point.update({who: evaluation[who] for who in ("policy", "expert")})
        self.change(**evaluation)
        page = self.page()
        rows = {row[0]: row[1:] for row in page.sections["Results"]}
        self.assertEqual(rows["Action jerk (N m) ↓"], ["0.197", "0.130"])
        self.assertEqual(rows["Direction entropy (bits) ↑"], ["–", "1.00"])
        self.assertEqual(rows["Own metric"], ["2.50·10⁻⁶", "–"])
        self.assertEqual(rows["Action error, RMSE (N m) ↓, on 10000 states"], ["0.0610", "–"])
        self.assertIn("Success (%) ↑", rows)
        self.assertIn("Return gap, policy − expert ↑, on the same starts", rows)
        head = page.sections["Variants"][0]
        self.assertLessEqual({"return ↑", "success (%) ↑", "direction entropy (bits) ↑", "latency (µs) ↓"}, set(head))
        self.assertEqual(page.text.count(metric.LEGEND), 3)

    def test_the_unit_of_several_actions_is_theirs_if_they_share_it(self):
        self.assertEqual(metric.common_unit([]), "")
        self.assertEqual(metric.common_unit([Dimension("a", "N"), Dimension("b", "N")]), "N")
        self.assertEqual(metric.common_unit([Dimension("a", "N"), Dimension("b", "m")]), "mixed units")

    def test_tables_with_intervals_say_what_these_cover(self):
        self.assertEqual(self.page().text.count(interval.MEANING), 2)

    def test_recorded_data_has_no_columns_or_sections_without_content(self):
        self.evaluate_on_recorded_data(states=1234, action_error={"rmse": 0.125})
        page = self.page()
        self.assertEqual(list(page.sections), ["Results", "Variants"])
        self.assertEqual(page.sections["Results"][0], ["", "policy"])
        self.assertEqual([row[0].split(",")[0] for row in page.sections["Results"][1:]], ["Action error", "Latency (µs) ↓"])
        self.assertEqual(page.sections["Variants"], [
            ["settings", "action error, RMSE (N m) ↓", "network evaluations", "latency (µs) ↓"],
            ["sampler.steps = 5", "0.500", "5", "21.0"]])
        self.assertIn("without an environment, on 1234 recorded states: action error 0.125 N m (RMSE).", page.text)
        for word in ("expert", interval.MEANING):
            self.assertNotIn(word, page.text)

    def test_action_error_has_a_row_for_each_dimension(self):
        self.evaluate_on_recorded_data(states=50, action_error={"rmse": 0.3, "states": 50, "dimensions": [
            {"name": "left_hip", "unit": "N m", "rmse": 0.25, "spread": 0.5, "relative": 0.5},
            {"name": "speed", "unit": "", "rmse": 2e-7, "spread": 0.0, "relative": None}]})
        self.assertEqual(self.page().sections["Action error by dimension"], [
            ["action", "action error, RMSE ↓", "standard deviation of the recorded action", "RMSE / standard deviation ↓"],
            ["left hip (N m)", "0.250", "0.500", "0.500"], ["speed", "2.00·10⁻⁷", "0", "–"]])

    def test_nothing_held_out_is_said(self):
        self.evaluate_on_recorded_data(states=0, action_error={"rmse": None, "states": 0, "dimensions": []})
        page = self.page()
        self.assertIn("No states were held out, so there is no action error.", page.text)
        self.assertEqual([row[0].split(",")[0] for row in page.sections["Results"][1:]], ["Latency (µs) ↓"])
        self.assertNotIn("Action error by dimension", page.sections)

    def test_no_results_section_without_results(self):
        (self.directory / "evaluation.json").write_text(json.dumps({"env": "none", "action_error": {"rmse": None}}))
        self.assertEqual(self.page().sections, {})


if __name__ == "__main__":
    unittest.main()
