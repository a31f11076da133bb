"""The figures of runs, scaled down to fit into a study's report."""

import base64
import io
from dataclasses import dataclass

from PIL import Image, features

WIDTH = 720  # px
ORDER = ["rollout_comparison", "flow_field", "denoising_process", "training", "sampling_steps", "delay", "ablation", "samples",
         "expert_trajectory"]
LARGEST = 40_000_000  # pixels; a larger image is damaged


@dataclass
class Thumbnail:
    width: int
    height: int
    address: str  # with the image in it


def paths(directory):
    """The figures of a run directory, the most telling first."""
    found = sorted((directory / "figures").glob("*.png"))
    return sorted(found, key=lambda path: ORDER.index(path.stem) if path.stem in ORDER else len(ORDER))


def within(groups, budget):
    """The figures that fit into `budget` bytes of base64 as {path: Thumbnail}: first one of each group, then a
    second ... groups: lists of paths."""
    shown = {}
    for place in range(max(map(len, groups), default=0)):
        for path in (group[place] for group in groups if place < len(group)):
            image = _scaled(path)
            if image is None:
                continue
            budget -= len(image.address)
            if budget < 0:
                return shown
            shown[path] = image
    return shown


def _scaled(path):
    """The thumbnail, or None if the file is no image."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > LARGEST:
                return None
            height = max(1, round(image.height * min(1.0, WIDTH / image.width)))
            small = image.convert("RGB").resize((min(WIDTH, image.width), height), Image.HAMMING, reducing_gap=2.0)
    except (OSError, ValueError, Image.DecompressionBombError, SyntaxError):
        return None
    kind, options = ("webp", {"quality": 70, "method": 2}) if features.check("webp") else ("jpeg", {"quality": 75})
    content = io.BytesIO()
    small.save(content, kind, **options)
    return Thumbnail(*small.size, f"data:image/{kind};base64," + base64.b64encode(content.getvalue()).decode())
