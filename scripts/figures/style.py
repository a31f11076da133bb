"""The common style of the figures: fonts, colours, sizes, and marks that several figures share."""

import io
import logging

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # no messages about font caches on a first run

import matplotlib
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from . import number

# Okabe and Ito (2008): distinguishable with all common colour vision deficiencies and in greyscale.
POLICY = "#0072B2"
EXPERT = "#D55E00"
OTHER = "#009E73"
INK = "#262626"
FAINT = "#7C828C"
PALE = "#B4B9C0"
CURVES = (POLICY, EXPERT, OTHER, "#CC79A7", "#E69F00", "#56B4E9", INK)  # of several curves in one picture
MARKERS = "osD^vP*"
# Purple to green, without the darkest ends, on which black lines would be invisible.
DIVERGING = LinearSegmentedColormap.from_list("purple_green", ["#7B4C94", "#C3A5CF", "#F7F7F7", "#9FD49B", "#2F8A4B"])

WIDTH = 9.0  # in, of every figure
DPI = 150

_RC = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.linewidth": 0.7,
    "axes.edgecolor": "#5A5F66",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": "#5A5F66",
    "ytick.color": "#5A5F66",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.4,
    "lines.solid_joinstyle": "round",
    "pdf.fonttype": 42,  # TrueType; publishers reject matplotlib's default, Type 3
    "svg.fonttype": "none",
}


def apply():
    """Sets matplotlib's parameters, whatever the user's own matplotlibrc says."""
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(_RC)


def figure(height):
    """An empty figure of the common width; height in inches."""
    fig = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    fig.get_layout_engine().set(w_pad=0.06, h_pad=0.05)
    return fig


def readable(name):
    return name.replace("_", " ")


def axis_label(name, unit):
    return f"{readable(name)} ({unit})" if unit else readable(name)


def heading(ax, text):
    ax.set_title(text, loc="left", pad=6)


def key(ax):
    """A legend of the labelled lines of `ax` above its right end, in the lines' colours."""
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=4, frameon=False, borderaxespad=0.0,
              handlelength=1.3, handletextpad=0.5, columnspacing=1.4, labelcolor="linecolor", fontsize=9.0)


def guide(ax, y, text=None, below=False, side="right"):
    """A thin horizontal reference line at y, labelled at one end. Returns the line and the label (None without text)."""
    line = ax.axhline(y, color=FAINT, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
    if not text:
        return line, None
    place, shift = (1, -2) if side == "right" else (0, 2)
    return line, ax.annotate(text, (place, y), xycoords=("axes fraction", "data"), xytext=(shift, -2 if below else 2),
                             textcoords="offset points", ha=side, va="top" if below else "bottom", fontsize=7.5,
                             color=FAINT)


def curve_look(i):
    """Colour and marker of the i-th of several curves, as arguments of plot()."""
    return {"color": CURVES[i % len(CURVES)], "marker": MARKERS[i % len(MARKERS)], "markersize": 4.5}


def curve(ax, i, x, values, label):
    """The i-th of several curves. values: Intervals, drawn with their margins."""
    look, means = curve_look(i), [value.mean for value in values]
    ax.plot(x, means, label=label, **look)
    ax.errorbar(x, means, yerr=np.hstack([value.margins for value in values]), fmt="none", color=look["color"],
                capsize=2.5, elinewidth=1)


def gap_axis(axis, lowest):
    """Scales an axis (ax.xaxis, ax.yaxis) for return gaps down to `lowest`: symmetric log if they exceed 100."""
    if lowest >= -100.0:
        return
    (axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale)("symlog", linthresh=10.0)
    shown = [tick for tick in (-1000, -100, -10, 0) if tick >= 1.5 * lowest]
    axis.set_ticks(shown, labels=[number.integer(tick) for tick in shown])
    axis.set_ticks([], minor=True)


def faint_lines(ax, curves, colour=FAINT, alpha=0.25, linewidth=0.6, zorder=1):
    """Draws many curves in the background. curves: list of (n, 2)."""
    ax.add_collection(LineCollection(curves, colors=colour, alpha=alpha, linewidths=linewidth, zorder=zorder))


def diamond(ax, x, y):
    """The mark of the expert's action."""
    ax.plot(x, y, "D", markersize=7, color=EXPERT, markeredgecolor="white", markeredgewidth=1.0, zorder=5,
            clip_on=False)


def outline(label):
    """Gives a text a white outline, legible on any background."""
    label.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def render(fig, file_format):
    """The figure as the bytes of a png, pdf or svg file; None for None."""
    if fig is None:
        return None
    image = io.BytesIO()
    fig.savefig(image, format=file_format)
    return image.getvalue()
