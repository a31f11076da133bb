"""A motion clip in DeepMimic's format, made for tests."""

import json

REST = [1, 0, 0, 0]
LEG, ARM = [*REST, -0.4, *REST], [*REST, 0.3]


def write_clip(path, frames=2):
    """The first `frames` of two, 0.6 s apart, in which a humanoid with bent knees glides half a metre."""
    poses = [[seconds, x, 0.85, 0, *REST, *REST, *REST, *LEG, *ARM, *LEG, *ARM] for seconds, x in ((0.6, 0), (0, 0.5))]
    path.write_text(json.dumps({"Loop": "wrap", "Frames": poses[:frames]}))
