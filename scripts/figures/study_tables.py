"""The tables of a study's report, as HTML: groups, runs and comparisons. tables.js sorts them."""

from html import escape

from . import metric, number, settings

GAP = f"gap to the expert {metric.HIGHER}"


def groups(study):
    """A row for each group. Columns without any value are left out."""
    head = [*study.varied, "runs", metric.heading("return", ""), "IQM of the return", GAP,
            metric.heading("success", "")]
    rows = []
    for group in study.groups:
        score, gap = group.scores["return"], group.scores["gap"]
        counted = len(group.counted)
        count = str(counted) if counted == len(group.members) else f"{counted} of {len(group.members)}"
        rows.append([*(_setting(group.settings.get(key)) for key in study.varied), _cell(count, counted),
                     _interval(score and score.mean), _interval(score and score.iqm), _interval(gap and gap.mean, number.signed),
                     _percent(group.success)])
        if not study.varied:
            rows[-1].insert(0, _cell(escape(group.name), group.name))
    return _table(head if study.varied else ["group", *head], rows)


def runs(study, files):
    """A row for each run, with every setting that differs; a value unlike most others' is marked."""
    keys = differing_keys(study, files)
    values = [[run.settings.get(key, files[i].settings.get(key)) for key in keys] for i, run in enumerate(study.runs)]
    usual = [settings.usual(column) for column in zip(*values)]
    rows = []
    for i, run in enumerate(study.runs):
        rows.append([_name(run, files[i]), _cell(str(run.seed), run.seed), _state(run, files[i]),
                     *(_setting(value, None not in (common, value) and value != common) for value, common in zip(values[i], usual)),
                     _interval(run.scores["return"]), _interval(run.scores["gap"], number.signed), _percent(run.success)])
    head = ["run", "seed", "state", *keys, metric.heading("return", ""), GAP, metric.heading("success", "")]
    return _table(head, rows)


def differing_keys(study, files):
    """The varied keys, and others in which the configurations differ."""
    return list(dict.fromkeys([*study.varied, *settings.differing([file.settings for file in files])]))


def comparisons(study):
    rows = []
    for row in study.comparisons:
        rows.append([*(_cell(escape(study.groups[group].name), study.groups[group].name, "group") for group in (row.a, row.b)),
                     _cell(escape(metric.heading(row.metric, "").split(",")[0]), row.metric),
                     _interval(row.difference, number.signed), _cell("yes" if row.paired else "no", row.paired),
                     _interval(row.improvement)])
    return _table(["a", "b", "metric", "a − b", "paired", "P(a better)"], rows)


def _name(run, files):
    shown = f'<a href="{escape(files.report)}">{escape(run.name)}</a>' if files.report else escape(run.name)
    return _cell(shown, run.name, "name")


def _state(run, files):
    problems = f' <span class="problem">{escape("; ".join(files.problems))}</span>' if files.problems else ""
    return _cell(f'<span class="state {run.state}">{run.state}</span>{problems}', run.state)


def _setting(value, is_unusual=False):
    if value is None:
        return _cell("")
    return _cell(escape(value), value, "setting differs" if is_unusual else "setting")


def _percent(share):
    return _cell("") if share is None else _cell(number.text(100.0 * share), share)


def _interval(value, show=number.text):
    if value is None:
        return _cell("")
    mean, *ends = value.texts(show)
    return _cell(mean + (f' <span class="interval">[{", ".join(ends)}]</span>' if value.has_ends else ""), value.mean)


def _cell(shown, value=None, kind=""):
    """(HTML, the value to sort by, class); an empty cell is a missing value."""
    return shown, value, kind


def _table(head, rows):
    columns = [column for column in range(len(head)) if any(row[column][0] for row in rows)]
    if not rows or not columns:
        return ""
    names = "".join(_heading(head[column], rows[0][column][2]) for column in columns)
    body = ["<tr>" + "".join(_html(*row[column]) for column in columns) + "</tr>" for row in rows]
    return ('<div class="scroll"><table class="sortable"><thead><tr>' + names + "</tr></thead>\n<tbody>\n" + "\n".join(body)
            + "\n</tbody></table></div>")


def _heading(name, kind):
    kind = ' class="group"' if kind == "group" else ""
    return f'<th scope="col" aria-sort="none"{kind}><button type="button">{escape(name)}</button></th>'


def _html(shown, value, kind):
    key = "" if value is None else f' data-value="{escape(str(float(value) if isinstance(value, (bool, int)) else value))}"'
    return f"<td{key}{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{shown or number.DASH}</td>"
