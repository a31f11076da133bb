"""Parts of self-contained pages: the files of web/ put in line, data for them, and the page around them."""

import base64
import json
from html import escape
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).with_name("web")
TYPES = {"f4": "<f4", "u1": "u1", "u2": "<u2"}  # the names that arrays.js knows


def styles(*names):
    return "<style>\n" + "".join(_read(f"{name}.css") for name in names) + "</style>"


def script(*names):
    """The programs web/NAME.js in this order, in a scope of their own."""
    return '<script>\n"use strict";\n{\n' + "\n".join(_read(f"{name}.js") for name in names) + "}\n</script>"


def _read(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def data(value):
    """JSON in an element that is not run; a text in it cannot end the element."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def widget(name, value, label):
    """A place that web/NAME.js fills when it comes into view. label: what it is, for readers that do not see it."""
    return f'<div class="widget" data-widget="{name}" role="group" aria-label="{escape(label)}">{data(value)}</div>'


def array(values, kind="f4"):
    """Numbers as base64, for decodeArray of arrays.js."""
    values = np.asarray(values, dtype=TYPES[kind])
    return {"type": kind, "shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


def quantised(values, kind="u1"):
    """Numbers rounded to the levels of an unsigned integer between their extremes; the highest level is NaN."""
    values = np.asarray(values, dtype=float)
    levels = np.iinfo(TYPES[kind]).max - 1
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    scaled = (values - low) / ((high - low) or 1.0) * levels
    codes = np.where(np.isfinite(values), np.rint(np.where(np.isfinite(scaled), scaled, 0.0)), levels + 1)
    return {**array(codes, kind), "low": low, "high": high}


def page(title, body, head):
    """body, head: HTML."""
    return ("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n")
