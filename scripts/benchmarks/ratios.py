"""Turns the timings of alternating rounds into a table of ratios. A ratio above 1 means that libfm is faster."""

import json
import statistics
from dataclasses import asdict, dataclass


@dataclass
class Ratio:
    work: str
    peer: str
    ours_us: float  # medians over the rounds
    peer_us: float
    ratio: float  # median over rounds of (peer / ours) within a round: a slow round affects both
    spread: float  # half the interquartile range of the rounds' ratios


def of_rounds(work, peer, ours, theirs):
    """ours, theirs: microseconds, one value per round."""
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    return Ratio(work, peer, statistics.median(ours), statistics.median(theirs), statistics.median(ratios),
                 (high - low) / 2)


def to_json(ratios):
    return json.dumps([{name: round(value, 4) if isinstance(value, float) else value
                        for name, value in asdict(ratio).items()} for ratio in ratios], indent=1) + "\n"


def from_json(text):
    return [Ratio(**entry) for entry in json.loads(text)]


def replaced(old, new):
    """The old results, replaced by new ones of the same work and peer; those measured for the first time come last."""
    latest = {(ratio.work, ratio.peer): ratio for ratio in [*old, *new]}
    return list(latest.values())


def short(value):
    """Three significant digits, or all digits before the point."""
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def markdown(ratios, peers):
    """One row per work, one column for each of `peers`: "ratio +- spread (the peer's microseconds)"."""
    found = {(ratio.work, ratio.peer): ratio for ratio in ratios}
    lines = ["| work | libfm, us | " + " | ".join(peers) + " |", "| --- " * (len(peers) + 2) + "|"]
    for work in dict.fromkeys(ratio.work for ratio in ratios):
        row = [found.get((work, peer)) for peer in peers]
        cells = [f"{short(r.ratio)} ± {r.spread:.2g} ({short(r.peer_us)})" if r else "" for r in row]
        ours = statistics.median(r.ours_us for r in row if r)
        lines.append(f"| {work} | {short(ours)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
