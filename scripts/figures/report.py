"""report.html: the metrics, figures and configuration of one run in a single self-contained file."""

import base64
import re
from dataclasses import dataclass
from html import escape

from . import explorer, interval, metric, motion, number, replay, style, tables, web, widgets

RELATIVE = f"RMSE / standard deviation is 1 for a policy that always acts with the mean recorded action. {metric.LEGEND}"

OFFLINE = ("Errors on recorded states do not tell how a policy acts: its own errors lead it to states that were not recorded, and "
           "the mean of two good actions has a lower error than either, but may be a bad action. Only an environment, or the "
           "robot, tells which policy is better.")


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
        parts += _section("Action error compared", tables.references(run), OFFLINE)
        parts += _section("Action error along the prediction", tables.along_chunk(run), RELATIVE)
        parts += _section("Variants", tables.variants(run), _legend(run.evaluation))
    touched = list(filter(None, [replay.html(run) or motion.html(run), explorer.html(run)]))
    if pictures or touched:
        parts += ["<h2>Figures</h2>", *touched, *map(_figure, pictures)]
    parts += _sources(run)
    parts += [widgets.script()] if touched else []
    return web.page(name, "\n".join(parts), widgets.styles())


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
