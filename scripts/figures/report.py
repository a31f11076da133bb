"""report.html: the metrics, figures and configuration of one run in a single self-contained file."""

import base64
import re
from dataclasses import dataclass
from html import escape

from . import interval, metric, motion, number, style, tables

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
.note { margin-top: .5rem; color: var(--soft); font-size: .85rem; }
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


RELATIVE = f"RMSE / standard deviation is 1 for a policy that always acts with the mean recorded action. {metric.LEGEND}"


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
        parts.append(f'<p class="summary">{escape(summary(run))}</p>')
        parts += _section("Results", tables.results(run), _legend(run.evaluation))
        parts += _section("Action error by dimension", tables.action_error(run), RELATIVE)
        parts += _section("Variants", tables.variants(run), _legend(run.evaluation))
    if pictures or run.motion:
        parts += ["<h2>Figures</h2>", motion.html(run), *map(_figure, pictures)]
    parts += _sources(run)
    return ("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(name)}</title>\n<style>{STYLESHEET}{motion.STYLESHEET}</style>\n</head>\n<body>\n"
            + "\n".join(parts) + "\n</body>\n</html>\n")


def experiment_name(run):
    """The value of the first line of config.yaml that begins with `name:`, else the directory's name."""
    match = re.search(r"^name:\s*[\"']?(.*?)[\"']?\s*$", run.text("config.yaml"), re.MULTILINE)
    return match.group(1) if match and match.group(1) else run.directory.resolve().name


def summary(run):
    """The result in one or two sentences."""
    evaluation = run.evaluation
    policy, gap = evaluation.get("policy") or {}, evaluation.get("gap")
    if not policy.get("return"):
        return _summary_of_recorded_data(run)
    returns = interval.read(policy["return"])
    text = f"Mean return {returns.texts(number.text)[0]} over {evaluation.get('episodes')} episodes"
    return text + (f"; against the expert on the same starts {interval.read(gap)}." if gap else ".")


def _summary_of_recorded_data(run):
    error = run.evaluation.get("action_error") or {}
    if error.get("rmse") is None:
        return "Trained on recorded data, without an environment. No states were held out, so there is no action error."
    states = run.evaluation.get("states") or error.get("states")
    unit = metric.common_unit(run.actions)
    return (f"Evaluated without an environment, on {f'{states} ' if states else ''}recorded states: action error "
            f"{number.text(error['rmse'])}{f' {unit}' if unit else ''} (RMSE).")


def _legend(evaluation):
    return metric.LEGEND + (f" {interval.MEANING}" if (evaluation.get("policy") or {}).get("return") else "")


def _section(title, table, note):
    return [f"<h2>{title}</h2>", table, f'<p class="note">{escape(note)}</p>'] if table else []


def _figure(picture):
    title = escape(style.readable(picture.name).capitalize())
    source = "data:image/png;base64," + base64.b64encode(picture.png).decode()
    return (f'<figure id="{picture.name}"><img alt="{title}" src="{source}">\n'
            f"<figcaption><b>{title}.</b> {escape(picture.caption)}</figcaption></figure>")


def _sources(run):
    files = [(title, run.text(name)) for title, name in
             (("Configuration", "config.yaml"), ("Provenance", "provenance.json"))]
    return [f"<details><summary>{title}</summary><pre>{escape(text)}</pre></details>" for title, text in files if text]
