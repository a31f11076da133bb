"""Many similar texts as one text and the lines in which the others differ, for texts.js."""

from difflib import SequenceMatcher


def encode(texts):
    """{"base": lines, "changes": for each text [[begin, end, lines in place of base[begin:end]], ...]}; None for no text."""
    base = next((text.splitlines() for text in texts if text), [])
    return {"base": base, "changes": [None if not text else _changes(base, text.splitlines()) for text in texts]}


def _changes(base, lines):
    if len(base) == len(lines):  # as with all files of one version, which differ in values only
        return [[i, i + 1, [new]] for i, (old, new) in enumerate(zip(base, lines)) if old != new]
    matcher = SequenceMatcher(None, base, lines, autojunk=False)
    return [[begin, end, lines[first:last]] for tag, begin, end, first, last in matcher.get_opcodes() if tag != "equal"]
