"""The moving picture of an episode: the shapes of an environment, drawn by web/motion.js in the reader's browser."""

from html import escape

import numpy as np

from . import style, web, widgets


def html(run):
    """A part of a page; empty if the environment has no shapes."""
    motion = run.motion
    if motion is None:
        return ""
    names = " and ".join(motion.actors)
    return (f'<figure id="motion">{web.widget("motion", _data(run, motion), f"Animation of {names}")}\n'
            f"<figcaption><b>Motion.</b> {escape(_caption(run, motion))}</figcaption></figure>")


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
            "actors": [{"label": label, "poses": web.array(poses)} for label, poses in motion.actors.items()]}


def _moves(motion, shape):
    return any(np.ptp(poses[:, shape], axis=0).max() > 1e-9 for poses in motion.actors.values())


def page(run, title):
    """A page of its own, for a demonstration without a report."""
    return web.page(title, f"<h1>{escape(style.readable(title))}</h1>\n{html(run)}\n{widgets.script()}", widgets.styles())
