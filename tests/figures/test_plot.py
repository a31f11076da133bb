"""The command scripts/plot: the files it writes, the input it refuses, and the report."""

import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import unittest
from html.parser import HTMLParser

import examples

plot = examples.load_plot()
PNG = b"\x89PNG\r\n\x1a\n"
ALL = ["expert_trajectory", "rollout_comparison", "flow_field", "denoising_process", "training", "sampling_steps"]


class Page(HTMLParser):
    """Collects the texts, tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.tags, self.attributes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.texts.append(data)


class Plot(examples.RunTest):
    def run_plot(self, *arguments):
        """Returns the exit code and the lines of stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = plot.main([str(self.directory), *arguments])
            except SystemExit as stop:
                code = stop.code
        return code, out.getvalue().splitlines(), err.getvalue().splitlines()

    def test_draws_all_figures_and_the_report(self):
        code, out, err = self.run_plot()
        self.assertEqual((code, err), (0, []))
        self.assertEqual(out, [str(self.directory / "figures" / f"{name}.png") for name in ALL]
                         + [str(self.directory / "report.html")])
        for name in ALL:
            image = (self.directory / "figures" / f"{name}.png").read_bytes()
            self.assertTrue(image.startswith(PNG) and len(image) > 10000)
        self.assertEqual(sorted(os.listdir(self.directory / "figures")), sorted(f"{name}.png" for name in ALL))
        self.check_report((self.directory / "report.html").read_text(encoding="utf-8"))

    def check_report(self, text):
        page = Page(text)
        images = [value for name, value in page.attributes if name == "src"]
        self.assertEqual(len(images), len(ALL))
        for name, image in zip(ALL, images):
            self.assertEqual(base64.b64decode(image.removeprefix("data:image/png;base64,"), validate=True),
                             (self.directory / "figures" / f"{name}.png").read_bytes())
        self.assertFalse({"link", "iframe"} & set(page.tags))
        alone = re.sub(r"base64,[^\"]*", "", text).replace("http://www.w3.org/2000/svg", "")
        self.assertNotRegex(alone, r"https?://|url\(|@import|import ")
        evaluation = json.loads((self.directory / "evaluation.json").read_text())
        shown = "".join(page.texts)
        for value, digits in ((evaluation["expert"]["return"], "+.0f"), (evaluation["gap"], "+.2f")):
            low, high = (f"{end:{digits}}".replace("-", "−") for end in value["ci95"])
            self.assertIn(f"{value['mean']:{digits}}".replace("-", "−") + f" [{low}, {high}]", shown)
        self.assertIn("sampler.steps = 5", shown)

    def test_draws_one_figure_and_leaves_the_report_alone(self):
        other = self.directory.parent / "paper"
        code, out, _ = self.run_plot("--only", "training", "--format", "pdf", "--out", str(other))
        self.assertEqual((code, out), (0, [str(other / "training.pdf")]))
        self.assertTrue((other / "training.pdf").read_bytes().startswith(b"%PDF"))
        self.assertFalse((self.directory / "report.html").exists() or (self.directory / "figures").exists())

    def test_a_demonstration_has_one_figure_and_no_report(self):
        self.make_demo()
        code, out, err = self.run_plot()
        self.assertEqual((code, out, err), (0, [str(self.directory / "figures" / "expert_trajectory.png")], []))
        self.assertFalse((self.directory / "report.html").exists())

    def test_training_on_data_alone_is_reported_without_returns(self):
        (self.directory / "evaluation.h5").unlink()
        (self.directory / "evaluation.json").write_text(json.dumps({
            "env": "none", "policy": None, "expert": None, "gap": None, "action_error": {"rmse": 0.125},
            "latency": {"median_us": 50.0, "p99_us": 60.0, "solver": "heun", "steps": 10, "nfe": 20}, "variants": []}))
        code, out, _ = self.run_plot()
        self.assertEqual((code, len(out)), (0, 2))
        shown = "".join(Page((self.directory / "report.html").read_text(encoding="utf-8")).texts)
        self.assertIn("on recorded states: action error 0.125 (RMSE)", shown)
        self.assertIn("heun, 20 network evaluations", shown)
        self.assertNotIn("Success", shown)

    def test_escapes_what_the_files_say(self):
        attack = "<script>alert('x')</script>&amp;"
        (self.directory / "config.yaml").write_text(f"name: {attack}\n")
        (self.directory / "provenance.json").write_text(attack)
        with self.hdf5() as file:
            file.attrs.update({"expert": attack, "action_units": attack, "solver": attack})
            file["denoising/0"].attrs["label"] = attack
        evaluation = json.loads((self.directory / "evaluation.json").read_text())
        evaluation["policy"]["metrics"] = {attack: 1.0}
        evaluation["latency"]["solver"] = attack
        evaluation["variants"][0]["settings"] = {attack: attack}
        (self.directory / "evaluation.json").write_text(json.dumps(evaluation))
        self.assertEqual(self.run_plot()[0], 0)
        page = Page((self.directory / "report.html").read_text(encoding="utf-8"))
        self.assertEqual(page.tags.count("script"), 3)  # the program and the data of two widgets
        self.assertNotIn(attack, (self.directory / "report.html").read_text(encoding="utf-8"))
        self.assertGreaterEqual("".join(page.texts).count(attack), 6)

    def test_refuses_what_it_cannot_draw(self):
        (self.directory.parent / "empty").mkdir()
        for arguments, message in ((["--only", "flow"], "invalid choice: 'flow'"), (["--format", "gif"], "gif"),
                                   (["--gif", "a.gif", "--only", "training"], "--gif writes only the animation")):
            self.assert_refused(self.run_plot(*arguments), message)
        self.directory = self.directory.parent / "empty"
        self.assert_refused(self.run_plot(), "contains no evaluation.h5, demo.h5, evaluation.json or metrics.jsonl")
        self.directory = self.directory / "missing"
        self.assert_refused(self.run_plot(), "missing: no such directory")

    def test_refuses_a_figure_without_data(self):
        self.make_demo()
        self.assert_refused(self.run_plot("--only", "flow_field"), "contains no data for flow_field")
        gif = self.directory / "still.gif"
        self.assert_refused(self.run_plot("--gif", str(gif)), "contains no robot that moves")
        self.assertFalse(gif.exists())

    def assert_refused(self, outcome, message):
        code, out, err = outcome
        self.assertEqual((code, out, len(err)), (2, [], 1))
        self.assertIn(message, err[0])

    def test_a_failed_write_is_one_line_and_keeps_the_old_file(self):
        figures = self.directory / "figures"
        figures.mkdir()
        (figures / "training.png").write_text("old")
        real, plot.atomic_file.os.replace = os.replace, fail_to_replace
        try:
            code, _, err = self.run_plot("--only", "training")
        finally:
            plot.atomic_file.os.replace = real
        self.assertEqual((code, len(err)), (1, 1))
        self.assertIn("No space left on device", err[0])
        self.assertEqual([(f.name, f.read_text()) for f in figures.iterdir()], [("training.png", "old")])

    def test_works_as_a_command(self):
        """Without a writable home directory, and with an invalid MPLBACKEND."""
        done = subprocess.run([sys.executable, examples.SCRIPTS / "plot", self.directory, "--only", "training"],
                              env={"HOME": "/proc/nowhere", "MPLBACKEND": "nonsense"}, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue((self.directory / "figures" / "training.png").exists())


def fail_to_replace(*_):
    raise OSError(28, "No space left on device")


if __name__ == "__main__":
    unittest.main()
