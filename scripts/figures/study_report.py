"""The report of a study: several runs in a single self-contained page."""

import math
from html import escape

from . import (learning_curves, metric, number, representatives, study_files, study_plots, study_tables, text_differences, web,
               widgets)

PROGRAMS = ("axes", "chart", "series", "legend", "tables", "panels", "texts", "sweep", "curves", "profiles")
INTERVALS = (f"{metric.LEGEND} Brackets are 95 % intervals over the runs of a group, or over the episodes of a single run; of fewer than ten runs they are too narrow; IQM is the interquartile mean. Click a "
             "heading to sort.")
SWEEP = "Small points are runs, large ones groups with their 95 % intervals."
PROFILES = "The share of runs whose return lies above the threshold; bands are 95 % intervals."
COMPARISONS = ("a − b is the difference of the means; paired: from the same starts; its interval draws runs and starts. P(a better) is the probability that a run of "
               "a is better than a run of b.")


def render(study, page_folder):
    """The page as a string. page_folder: where it will be, for links."""
    files = [study_files.read(run.directory, page_folder) for run in study.runs]
    parts = [f"<h1>{escape(study.title)}</h1>", f'<p class="directory">{escape(", ".join(study.sources))}</p>',
             f'<p class="summary">{escape(summary(study))}</p>',
             _section("Groups", study_tables.groups(study), INTERVALS),
             _plot("Effect of the settings", "sweep", study_plots.sweep(study), SWEEP, study),
             _plot("Learning curves", "curves", _curves(study, files), learning_curves.MEANING, study),
             _plot("Performance profiles", "profiles", study_plots.profiles(study), PROFILES, study),
             _section("Comparisons", study_tables.comparisons(study), COMPARISONS),
             _inside(study, representatives.panels(study, files, page_folder)), _runs(study, files),
             _texts(study, "Configuration", [file.configuration for file in files]),
             _texts(study, "Provenance", [file.provenance for file in files]),
             widgets.script("study_widgets", *PROGRAMS)]
    return web.page(study.title, "\n".join(filter(None, parts)), widgets.styles("study"))


def summary(study):
    """What was compared, the best group, and what is unfinished, in a sentence or two."""
    text = f"{_count(len(study.runs), 'run')} in {_count(len(study.groups), 'group')}"
    text += f" that differ in {' and '.join(study.varied)}" if study.varied else ""
    scored = [group for group in study.groups if group.scores["return"]]
    if len(scored) > 1 and not any(key.startswith(("env.", "eval.goal")) for key in study.varied):
        best = max(scored, key=lambda group: group.scores["return"].mean.mean)
        mean, *ends = best.scores["return"].mean.texts(number.text)
        interval = f" [{', '.join(ends)}]" if best.scores["return"].mean.has_ends else ""
        text += f"; the highest mean return is {mean}{interval}, of {best.name}"
    unfinished = sum(run.state != "evaluated" for run in study.runs)
    return text + "." + (f" Of the runs, {unfinished} not finished." if unfinished else "")


def _count(count, word):
    return f"{count} {word}{'' if count == 1 else 's'}"


def _section(title, content, note):
    return f'<h2>{title}</h2>\n{content}\n<p class="note">{escape(note)}</p>' if content else ""


def _plot(title, name, value, note, study):
    if value is None:
        return ""
    return _section(title, web.widget(name, {**value, "names": [group.name for group in study.groups]}, title), note)


def _curves(study, files):
    return learning_curves.data([[files[member].metrics for member in group.shown(study.runs)] for group in study.groups])


def _inside(study, panels):
    """panels: {group: HTML}. The best group's is shown first."""
    if not panels:
        return ""
    returns = {group: study.groups[group].scores["return"] for group in panels}
    best = max(panels, key=lambda group: returns[group].mean.mean if returns[group] else -math.inf)
    return ('<h2>A run of each group</h2>\n<p class="note">The one with the median return.</p>\n'
            + web.widget("panels", {"first": list(panels).index(best)}, "Choice of the group") + "\n"
            + "\n".join(panels.values()) + "\n<noscript><style>.panel[hidden] { display: block; }</style></noscript>")


def _runs(study, files):
    table = study_tables.runs(study, files)
    differ = study_tables.differing_keys(study, files)
    note = "The settings in which runs differ; those unlike most runs' are marked." if differ else ""
    inner = f'<div class="inner">{table}\n<p class="note">{note}</p></div>'
    return f"<h2>Runs</h2>\n<details><summary>All {_count(len(study.runs), 'run')}</summary>\n{inner}</details>" if table else ""


def _texts(study, title, texts):
    if not any(texts):
        return ""
    value = {"names": [run.name for run in study.runs], **text_differences.encode(texts)}
    return f'<details><summary>{title}</summary>\n<div class="inner">{web.widget("texts", value, title)}</div></details>'
