"""The settings of config.yaml as flat keys, and those in which runs differ."""

IGNORED = {"seed", "name", "runs"}


def read(text):
    """{"train.epochs": "40", ...} of a config.yaml as libfm writes it: nested sections, indented, values as YAML text."""
    values, sections = {}, []
    for line in text.splitlines():
        key, colon, value = line.strip().partition(":")
        if not colon or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        sections = [(column, name) for column, name in sections if column < indent]
        path = ".".join([name for _, name in sections] + [key])
        if value.strip():
            values[path] = value.strip()
        else:
            sections.append((indent, key))
    return values


def differing(runs):
    """The keys in which settings differ, in their order. runs: dicts of read(); empty ones (without a file) do not count."""
    known = [values for values in runs if values]
    keys = dict.fromkeys(key for values in known for key in values)
    return [key for key in keys if key not in IGNORED and len({values.get(key) for values in known}) > 1]


def usual(values):
    """The value of more than half of them; None if there is none."""
    best = max(values, key=values.count, default=None)
    return best if 2 * values.count(best) > len(values) else None
