"""Shared by the tests of scripts/report: the code under test, and what a page holds."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

import examples
import numpy as np
from PIL import Image


def load_report():
    """scripts/report as a module, although its name does not end in .py."""
    loader = importlib.machinery.SourceFileLoader("report_command", str(examples.SCRIPTS / "report"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("report_command", loader))
    loader.exec_module(module)
    return module


report = load_report()


class Page(HTMLParser):
    """self.tables: rows of the cells' texts; self.data: {widget: its data}; self.tags, self.links, self.headings, self.text."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.data, self.tags, self.links, self.headings, self.text = [], {}, [], [], [], ""
        self._widget, self._open = None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self._widget = attributes.get("data-widget", self._widget)
        if tag == "a":
            self.links.append(attributes["href"])
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag in ("td", "th", "script", "h2"):
            self._open = tag

    def handle_endtag(self, tag):
        if tag == self._open:
            self._open = None

    def handle_data(self, data):
        if self._open == "script":
            if self._widget:
                self.data.setdefault(self._widget, json.loads(data))
                self._widget = None
            return
        self.text += data
        if self._open in ("td", "th"):
            self.tables[-1][-1][-1] += data
        elif self._open == "h2":
            self.headings.append(data)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_report(self, *arguments):
        """Returns the exit code and the lines of stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = report.main([str(argument) for argument in arguments])
            except SystemExit as stop:
                code = stop.code
        return code, out.getvalue().splitlines(), err.getvalue().splitlines()

    def page(self, content):
        path, out = self.folder / "STUDY.json", self.folder / "report.html"
        path.write_text(json.dumps(content))
        code, _, err = self.run_report(path, "--out", out)
        self.assertEqual((code, err), (0, []))
        return Page(out.read_text(encoding="utf-8"))


def write_picture(path):
    """A picture as large as a figure, with as much in it."""
    noise = np.random.default_rng(0).integers(0, 255, (60, 135, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((1350, 600), Image.BICUBIC).save(path)
