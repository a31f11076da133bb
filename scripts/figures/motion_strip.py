"""motion_strip.png: moments of the episode that motion.py shows moving, from the side, a row for policy and for expert."""

import numpy as np
from matplotlib.patches import Polygon

from . import motion, style

MOMENTS = 16
PERIOD = 0.09  # s, between moments, about a tenth of a stride
SETTLED = 0.02  # share of the movement that is left
TALLEST = 8.0  # height of a row over the width of a moment
PALEST = 0.55  # share of white in what is farthest from the viewer
CORNERS = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], float)
FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))


def draw(run):
    shown = moving(run.motion) if run.motion else []
    if not shown:
        return None
    frames = moments(run.motion)
    drawn = {name: [outlines(run.motion, shown, pose) for pose in poses[frames]]
             for name, poses in run.motion.actors.items()}
    points = np.concatenate([outline for poses in drawn.values() for pose in poses for _, outline, _ in pose])
    low, high = min(0.0, points[:, 1].min()), points[:, 1].max()
    high = max(high, low + 0.1)
    width = max(np.ptp(np.concatenate([outline[:, 0] for _, outline, _ in pose])) for poses in drawn.values() for pose in poses)
    width = max(width, (high - low) / TALLEST)
    fig = style.figure(len(drawn) * (0.3 + style.WIDTH * (high - low) / (MOMENTS * width)))
    rows = fig.subplots(len(drawn), 1, squeeze=False)[:, 0]
    for ax, (name, poses) in zip(rows, drawn.items()):
        style.heading(ax, name)
        for i, pose in enumerate(poses):
            add(ax, pose, i * width)
        ax.axhline(0.0, color=style.PALE, linewidth=0.8, zorder=0)
        ax.set(xlim=(-0.6 * width, (MOMENTS - 0.4) * width), ylim=(low - 0.02 * (high - low), high), aspect="equal")
        ax.axis("off")
    return fig


def caption(run):
    frames = moments(run.motion)
    period = f"{run.motion.frame_time * (frames[1] - frames[0]):.2f} s apart, " if len(frames) > 1 else ""
    return (f"{' and '.join(run.motion.actors).capitalize()} from the side, at moments {period}from "
            f"{frames[0] * run.motion.frame_time:.1f} s on; all are drawn at the same place, and paler if they are "
            "farther from the viewer.")


def moments(shown):
    """The frames that are drawn, of policy and expert alike.

    Where the movement settles in the first half of the shorter episode, as after a swing-up, those until then; else some in
    its middle, or earlier.
    """
    length = min(map(len, shown.actors.values()))
    end = settling(shown, length)
    if end < length // 2:
        stride = -(-max(end, 1) // (MOMENTS - 1))
        return np.arange(0, min(MOMENTS * stride, length), stride)
    stride = max(1, round(PERIOD / shown.frame_time))
    count = min(MOMENTS, 1 + (length - 1) // stride)
    begin = max(0, min(length // 2, length - 1 - (count - 1) * stride))
    return np.arange(begin, begin + count * stride, stride)


def settling(shown, length):
    """The frame by which almost all movement of the shapes' middles is done."""
    shapes = moving(shown)
    steps = sum(np.linalg.norm(np.diff(poses[:length, shapes, :3], axis=0), axis=2).sum(1) for poses in shown.actors.values())
    done = np.cumsum(steps)
    return length - 1 if length < 2 or done[-1] == 0.0 else int(np.searchsorted(done, (1.0 - SETTLED) * done[-1])) + 1


def add(ax, pose, x):
    """The outlines of a pose, the farthest first, displaced by x."""
    nearest, reach = min(shape[0] for shape in pose), np.ptp([shape[0] for shape in pose]) + 1e-9
    for distance, outline, colour in sorted(pose, key=lambda shape: -shape[0]):
        pale = PALEST * (distance - nearest) / reach
        ax.add_patch(Polygon(outline + [x, 0.0], facecolor=colour * (1.0 - pale) + pale, edgecolor=style.INK, linewidth=0.3))


def moving(shown):
    """The shapes that move."""
    return [i for i, kind in enumerate(shown.kinds) if kind != "plane" and motion.moves(shown, i)]


def outlines(shown, shapes, pose):
    """[(distance from the viewer, outline (P, 2) in x and z about the middle of the shapes, colour), ...], m."""
    middle = pose[shapes, 0].mean()
    drawn = []
    for i in shapes:
        place, axes, size = pose[i, :3] - [middle, 0.0, 0.0], _rotation(pose[i, 3:]), shown.sizes[i]
        if shown.kinds[i] == "box":
            corners = place + (CORNERS * size) @ axes.T
            flat = [corners[list(face)] for face in FACES]
        elif shown.kinds[i] in ("capsule", "cylinder"):
            flat = [_stadium(place - size[1] * axes[:, 2], place + size[1] * axes[:, 2], size[0])]
        else:
            radius = np.cbrt(np.prod(size)) if shown.kinds[i] == "ellipsoid" else size[0]
            flat = [_stadium(place, place, radius)]
        drawn += [(outline[:, 1].mean(), outline[:, [0, 2]], shown.colours[i]) for outline in flat]
    return drawn


def _stadium(a, b, radius):
    """The outline (P, 3) of a capsule between a and b, seen along y."""
    along = np.arctan2(b[2] - a[2], b[0] - a[0])
    half = np.linspace(-np.pi / 2, np.pi / 2, 13)

    def cap(centre, angles):
        return centre + radius * np.stack([np.cos(angles), np.zeros_like(angles), np.sin(angles)], 1)

    return np.concatenate([cap(b, along + half), cap(a, along + np.pi + half)])


def _rotation(quaternion):
    w, x, y, z = quaternion
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])
