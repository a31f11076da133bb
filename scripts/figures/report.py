"""report.html: the metrics, figures and configuration of one run in a single self-contained file."""

import base64
import re
from dataclasses import dataclass
from html import escape

from . import interval, style

STYLESHEET = """
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d8dee4; --page: #ffffff;
        --raised: #f6f8fa; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --soft: #9aa4af; --line: #343b44; --page: #14171b; --raised: #1d2127; --accent: #63b3e4; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem; background: var(--page); color: var(--ink);
       font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.2rem; }
p { margin: 0; }
.directory { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.summary { margin-top: 1rem; font-size: 1.1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
td:last-child, th:last-child { padding-right: 0; }
.interval { color: var(--soft); font-size: .88em; }
figure { margin: 0 0 2.25rem; }
figure img { display: block; width: 100%; height: auto; padding: .6rem; border-radius: 8px; background: #ffffff;
             border: 1px solid var(--line); }
figcaption { margin-top: .6rem; color: var(--soft); font-size: .92rem; }
figcaption b { color: var(--ink); }
details { margin-top: .75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
summary { padding: .6rem .9rem; cursor: pointer; font-weight: 600; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 8px; }
pre { margin: 0; padding: .25rem .9rem .9rem; overflow-x: auto;
      font: .82rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
@media print {
  :root { --ink: #000; --soft: #444; --line: #ccc; --page: #fff; --raised: #fff; }
  body { max-width: none; padding: 0; font-size: 11pt; }
  h2, summary { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  table { font-size: 9.5pt; }
  figure img { border: 0; padding: 0; }
  pre { white-space: pre-wrap; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
}
"""


@dataclass
class Picture:
    name: str
    caption: str
    png: bytes


def render(run, pictures):
    """The HTML page as a string."""
    name = experiment_name(run)
    parts = [f"<h1>{escape(name)}</h1>", f'<p class="directory">{escape(run.directory.resolve().name)}</p>']
    if run.evaluation:
        parts += [f'<p class="summary">{escape(summary(run.evaluation))}</p>', "<h2>Results</h2>",
                  _table(["", "policy", "expert"], result_rows(run))]
    if run.evaluation.get("variants"):
        parts += ["<h2>Variants</h2>", _variants(run.evaluation["variants"])]
    if pictures:
        parts += ["<h2>Figures</h2>", *map(_figure, pictures)]
    parts += _sources(run)
    return ("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(name)}</title>\n<style>{STYLESHEET}</style>\n</head>\n<body>\n"
            + "\n".join(parts) + "\n</body>\n</html>\n")


def experiment_name(run):
    """The value of the first line of config.yaml that begins with `name:`, else the directory's name."""
    match = re.search(r"^name:\s*[\"']?(.*?)[\"']?\s*$", _text(run, "config.yaml"), re.MULTILINE)
    return match.group(1) if match and match.group(1) else run.directory.resolve().name


def summary(evaluation):
    """The result in one sentence."""
    policy, gap = evaluation.get("policy") or {}, evaluation.get("gap")
    if not policy.get("return"):
        error = (evaluation.get("action_error") or {}).get("rmse")
        return "" if error is None else f"Evaluated on recorded data only: action error {_significant(error)} (RMSE)."
    text = f"Mean return {style.number(policy['return']['mean'])} over {evaluation.get('episodes')} episodes"
    return text + (f"; against the expert on the same starts {interval.read(gap)}." if gap else ".")


def result_rows(run):
    """Rows of label, policy cell and expert cell, as HTML."""
    evaluation = run.evaluation
    policy, expert = evaluation.get("policy") or {}, evaluation.get("expert") or {}
    rows = [("Return, mean and 95 % interval", _return(policy), _return(expert)),
            ("Return, standard deviation over episodes", _deviation(policy), _deviation(expert)),
            ("Gap to the expert on the same starts", _gap(evaluation), ""),
            ("Success", _percent(policy.get("success")), _percent(expert.get("success")))]
    for name in sorted({**(policy.get("metrics") or {}), **(expert.get("metrics") or {})}):
        rows.append((escape(style.readable(name)), *(_significant((of.get("metrics") or {}).get(name))
                                                     for of in (policy, expert))))
    unit = f", {run.actions[0].unit}" if len(run.actions) == 1 and run.actions[0].unit else ""
    smoothness, latency = evaluation.get("smoothness") or {}, evaluation.get("latency") or {}
    rows += [(f"Mean change of action from step to step{escape(unit)}", _significant(smoothness.get("policy")),
              _significant(smoothness.get("expert"))),
             (f"Action error on held-out states, RMSE{escape(unit)}",
              _significant((evaluation.get("action_error") or {}).get("rmse")), ""),
             (f"Latency of one action, median and 99th percentile{_sampler(latency)}", _latency(latency), "")]
    return [row for row in rows if row[1] or row[2]]


def _return(score):
    return _interval(score.get("return"), style.number)


def _deviation(score):
    deviation = (score.get("return") or {}).get("std")
    return "" if deviation is None else style.number(deviation)


def _gap(evaluation):
    return _interval(evaluation.get("gap"), style.signed)


def _interval(recorded, show):
    """recorded: what interval.read takes; show: formats a number."""
    value = interval.read(recorded)
    if value is None:
        return ""
    ends = f' <span class="interval">[{show(value.low)}, {show(value.high)}]</span>' if value.has_ends else ""
    return show(value.mean) + ends


def _percent(share):
    return "" if share is None else f"{100.0 * share:.1f} %"


def _significant(value):
    return "" if value is None else f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def _sampler(latency):
    if "solver" not in latency:
        return ""
    return escape(f" ({latency['solver']}, {latency['nfe']} network evaluations)")


def _latency(latency):
    return f"{latency['median_us']:.0f} µs, {latency['p99_us']:.0f} µs" if "median_us" in latency else ""


def _variants(variants):
    # The environment's own metrics are those that the expert has too.
    metrics = sorted({name for variant in variants for name in (variant.get("expert") or {}).get("metrics") or {}}
                     - {"action_jerk"})
    rows = []
    for variant in variants:
        settings = ", ".join(f"{key} = {value}" for key, value in (variant.get("settings") or {}).items())
        policy, latency = variant.get("policy") or {}, variant.get("latency") or {}
        rows.append((escape(settings), _return(policy), _gap(variant), _percent(policy.get("success")),
                     _significant((variant.get("smoothness") or {}).get("policy")),
                     *(_significant((policy.get("metrics") or {}).get(name)) for name in metrics),
                     _significant((variant.get("action_error") or {}).get("rmse")),
                     escape(str(latency.get("nfe", ""))),
                     f"{latency['median_us']:.0f} µs" if "median_us" in latency else ""))
    return _table(["settings", "return", "gap", "success", "smoothness", *map(style.readable, metrics), "action error", "NFE",
                   "latency"], rows)


def _table(head, rows):
    """head: plain text; rows: cells as HTML."""
    lines = ["<tr>" + "".join(f"<th scope=\"col\">{escape(text)}</th>" for text in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return '<div class="scroll"><table>\n' + "\n".join(lines) + "\n</table></div>"


def _figure(picture):
    title = escape(style.readable(picture.name).capitalize())
    source = "data:image/png;base64," + base64.b64encode(picture.png).decode()
    return (f'<figure id="{picture.name}"><img alt="{title}" src="{source}">\n'
            f"<figcaption><b>{title}.</b> {escape(picture.caption)}</figcaption></figure>")


def _text(run, name):
    path = run.directory / name
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _sources(run):
    files = [(title, _text(run, name)) for title, name in
             (("Configuration", "config.yaml"), ("Provenance", "provenance.json"))]
    return [f"<details><summary>{title}</summary><pre>{escape(text)}</pre></details>" for title, text in files if text]
