"""The moving picture of an episode: the shapes of an environment, drawn by motion.js in the reader's browser."""

import base64
import json
from html import escape
from pathlib import Path

import numpy as np

from . import style

STYLESHEET = """
#motion canvas { display: block; width: 100%; height: 26rem; border-radius: 8px; border: 1px solid var(--line);
                 background: var(--raised); touch-action: none; cursor: grab; }
#motion div { display: flex; gap: .75rem; align-items: center; margin-top: .6rem; }
#motion input { flex: 1; }
#motion output { min-width: 4.5rem; text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
@media print { #motion { display: none; } }
"""


def html(run):
    """A part of a page; empty if the environment has no shapes."""
    motion = run.motion
    if motion is None:
        return ""
    program = Path(__file__).with_name("motion.js").read_text(encoding="utf-8")
    data = json.dumps(_data(run, motion)).replace("</", "<\\/")
    names = " and ".join(escape(label) for label in motion.actors)
    return (f'<figure id="motion" role="group" aria-label="Animation of {names}"><canvas></canvas>\n'
            '<div><button type="button">Pause</button><input type="range" min="0" value="0" aria-label="time">'
            "<output></output></div>\n"
            f"<figcaption><b>Motion.</b> {escape(_caption(run, motion))}</figcaption>\n"
            f"<script>const DATA = {data};\n{program}</script></figure>")


def _caption(run, motion):
    side_by_side = "side by side from the same start, " if len(motion.actors) > 1 else ""
    return (f"{' and '.join(motion.actors).capitalize()}, {side_by_side}"
            f"{'the hardest of the recorded ones' if run.expert else 'in one episode'}. Drag to turn, scroll to zoom.")


def _data(run, motion):
    moves = [_moves(motion, i) for i in range(len(motion.kinds))]
    first = np.concatenate([poses[:, moves, :3].reshape(-1, 3) for poses in motion.actors.values()])
    start = next(iter(motion.actors.values()))[0, moves, :3] if any(moves) else np.zeros((1, 3))
    heights = first[:, 2] if len(first) else np.zeros(1)
    # Large enough for the shape itself and for all heights that it reaches.
    extent = max(float(np.ptp(start[:, axis])) for axis in range(3)) + 2 * max(motion.sizes[moves].max(initial=0.1), 0.1)
    extent = max(extent, float(np.ptp(heights)))
    return {"frame_time": motion.frame_time, "extent": extent, "height": float(np.mean([heights.min(), heights.max()])),
            "planar": bool(len(first)) and bool(np.ptp(first[:, 1]) < 1e-6 + 0.3 * np.ptp(start[:, 1])),
            "shapes": [{"kind": kind, "size": size.tolist(), "colour": colour.tolist(), "moves": bool(moving)}
                       for kind, size, colour, moving in zip(motion.kinds, motion.sizes, motion.colours, moves)],
            "actors": [{"label": label, "poses": base64.b64encode(poses.astype("<f4").tobytes()).decode()}
                       for label, poses in motion.actors.items()]}


def _moves(motion, shape):
    return any(np.ptp(poses[:, shape], axis=0).max() > 1e-9 for poses in motion.actors.values())


def page(run, title, stylesheet):
    """A page of its own, for a demonstration without a report."""
    return ("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{stylesheet}{STYLESHEET}</style>\n</head>\n<body>\n"
            f"<h1>{escape(style.readable(title))}</h1>\n{html(run)}\n</body>\n</html>\n")
