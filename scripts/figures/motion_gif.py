"""An animated GIF of the episode that motion.py shows moving: policy and expert side by side from the side, for pages that
show pictures only."""

import io

import numpy as np
from PIL import Image

from . import motion_strip, style

SECONDS = 4.0  # at most, from the middle of the shorter episode on, or earlier
PERIOD = 0.05  # s, between pictures: GIF counts in hundredths of a second
COLOURS = 48
PANEL = 3.0  # in, the width of policy or expert
DPI = 80
MARKS = 0.5  # m, between marks on the ground


def render(run):
    """The bytes of the file, or None for a run without moving shapes."""
    shapes = motion_strip.moving(run.motion) if run.motion else []
    if not shapes:
        return None
    actors = run.motion.actors
    length, frame_time = min(map(len, actors.values())), run.motion.frame_time
    count = min(length, 1 + int(SECONDS / frame_time))
    begin = max(0, min(length // 2, length - count))
    frames = [begin + round(i * PERIOD / frame_time) for i in range(1 + int((count - 1) * frame_time / PERIOD + 1e-9))]
    drawn = {name: [motion_strip.outlines(run.motion, shapes, poses[frame]) for frame in frames]
             for name, poses in actors.items()}
    points = np.concatenate([outline for poses in drawn.values() for pose in poses for _, outline, _ in pose])
    low, high = min(0.0, points[:, 1].min()) - 0.05, points[:, 1].max() + 0.05
    reach = max(np.abs(points[:, 0]).max(), 0.5 * (high - low))
    height = 0.3 + PANEL * (high - low) / (2.0 * reach)
    images = []
    for i, frame in enumerate(frames):
        fig = style.figure(height)
        fig.set_size_inches(PANEL * len(actors), height)
        for ax, name in zip(fig.subplots(1, len(actors), squeeze=False)[0], actors):
            ax.axis("off")
            style.heading(ax, name)
            motion_strip.add(ax, drawn[name][i], 0.0)
            middle = actors[name][frame][shapes, 0].mean()
            marks = np.arange(np.ceil((middle - reach) / MARKS), np.floor((middle + reach) / MARKS) + 1) * MARKS - middle
            ax.vlines(marks, low, 0.0, color=style.PALE, linewidth=0.8)
            ax.axhline(0.0, color=style.PALE, linewidth=0.8, zorder=0)
            ax.set(xlim=(-reach, reach), ylim=(low, high), aspect="equal")
        buffer = io.BytesIO()
        fig.savefig(buffer, format="png", dpi=DPI)
        images.append(Image.open(buffer).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE))
    out = io.BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], loop=0, optimize=True,
                   duration=round(1000.0 * PERIOD))
    return out.getvalue()
