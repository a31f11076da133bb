"""The moving picture of an episode: the shapes of an environment, drawn by web/motion.js in the reader's browser."""

from dataclasses import replace
from html import escape

import numpy as np

from . import style, web, widgets


SLOWEST = 1 / 15  # s, the longest time between frames if not all of them fit


def html(run, budget=None):
    """A part of a page; empty if the environment has no shapes. budget: bytes of base64 that the poses may take."""
    if run.motion is None:
        return ""
    motion = run.motion if budget is None else _within(run.motion, budget)
    pack = web.array if budget is None else lambda poses: web.quantised(poses, "u2")
    is_cut = _duration(motion) < 0.95 * _duration(run.motion)
    cut = f" Of the episode the first {_duration(motion):.1f} s are here." if is_cut else ""
    return (f'<figure id="motion">{web.widget("motion", _data(run, motion, pack), "Animation of " + " and ".join(motion.actors))}\n'
            f"<figcaption><b>Motion.</b> {escape(_caption(run, motion) + cut)}</figcaption></figure>")


def _duration(motion):
    return motion.frame_time * max(map(len, motion.actors.values()))


def _within(motion, budget):
    """With fewer frames a second, and if that is not enough, without the end."""
    frames = max(1, int(0.75 * budget / (2 * 7 * len(motion.kinds) * len(motion.actors))))
    wanted = -(-max(map(len, motion.actors.values())) // frames)
    stride = max(1, min(wanted, int(SLOWEST / motion.frame_time)))
    return replace(motion, frame_time=stride * motion.frame_time,
                   goals=None if motion.goals is None else motion.goals[::stride][:frames],
                   actors={name: poses[::stride][:frames] for name, poses in motion.actors.items()})


def _caption(run, motion):
    side_by_side = "side by side from the same start, " if len(motion.actors) > 1 else ""
    return (f"{' and '.join(motion.actors).capitalize()}, {side_by_side}"
            f"{'the hardest of the recorded ones' if run.expert else 'in one episode'}. Drag to turn, scroll to zoom.")


def _data(run, motion, pack):
    """pack: of web, for the poses."""
    moved = [moves(motion, i) for i in range(len(motion.kinds))]
    first = np.concatenate([poses[:, moved, :3].reshape(-1, 3) for poses in motion.actors.values()])
    start = next(iter(motion.actors.values()))[0, moved, :3] if any(moved) else np.zeros((1, 3))
    heights = first[:, 2] if len(first) else np.zeros(1)
    # Large enough for the shape itself and for all heights that it reaches.
    extent = max(float(np.ptp(start[:, axis])) for axis in range(3)) + 2 * max(motion.sizes[moved].max(initial=0.1), 0.1)
    extent = max(extent, float(np.ptp(heights)))
    return {"frame_time": motion.frame_time, "extent": extent, "height": float(np.mean([heights.min(), heights.max()])),
            "planar": bool(len(first)) and bool(np.ptp(first[:, 1]) < 1e-6 + 0.3 * np.ptp(start[:, 1])),
            "goals": [{"name": style.readable(goal.name), "unit": goal.unit, "values": motion.goals[:, i].round(4).tolist()}
                      for i, goal in enumerate(run.goals if motion.goals is not None else [])],
            "shapes": [{"kind": kind, "size": size.tolist(), "colour": colour.tolist(), "moves": bool(moving)}
                       for kind, size, colour, moving in zip(motion.kinds, motion.sizes, motion.colours, moved)],
            "actors": [{"label": label, "poses": pack(poses)} for label, poses in motion.actors.items()]}


def moves(motion, shape):
    return any(np.ptp(poses[:, shape], axis=0).max() > 1e-9 for poses in motion.actors.values())


def page(run, title):
    """A page of its own, for a demonstration without a report."""
    return web.page(title, f"<h1>{escape(style.readable(title))}</h1>\n{html(run)}\n{widgets.script()}", widgets.styles())
