"""The tables of the report, as HTML. Numbers follow the rule of number.py; rows and columns without any value are left out."""

from html import escape

from . import interval, metric, number, style

OF_ACTORS = {"action_jerk", "path_straightness", "log_probability"}  # metrics that are not the environment's


def results(run):
    """The metrics of policy and expert; empty if there are none."""
    rows = [row for row in _result_rows(run) if any(row[1:])]
    recorded = run.evaluation.get("demonstrator") and not run.evaluation.get("expert")
    return _table(["", "policy", "demonstrator" if recorded else "expert"], rows)


def variants(run):
    """A row for each point of the evaluation grid; empty if there are none."""
    unit, points = metric.common_unit(run.actions), run.evaluation.get("variants") or []
    # The environment's own metrics are those that the expert has too, and without one all that are not the policy's.
    actor = "expert" if any(point.get("expert") for point in points) else "policy"
    own = sorted({name for point in points for name in _metrics(point, actor)} - OF_ACTORS)
    names = ["return", "gap", "success", "smoothness", *own, "action_error", "network_evaluations", "latency"]
    rows = []
    for point in points:
        settings = ", ".join(f"{key} = {value}" for key, value in (point.get("settings") or {}).items())
        policy, latency = point.get("policy") or {}, point.get("latency") or {}
        rows.append([escape(settings), _interval(policy.get("return"), number.text),
                     _interval(point.get("gap"), number.signed), _percent(policy),
                     _number((point.get("smoothness") or {}).get("policy")),
                     *(_recorded(_metrics(point, "policy"), name) for name in own),
                     _number((point.get("action_error") or {}).get("rmse")), escape(str(latency.get("nfe") or "")),
                     _number(latency.get("median_us"))])
    return _table(["settings", *(metric.heading(name, unit) for name in names)], rows)


def action_error(run):
    """A row for each action dimension; empty if the evaluation does not have them."""
    dimensions = (run.evaluation.get("action_error") or {}).get("dimensions") or []
    rows = [[escape(style.axis_label(str(dimension.get("name")), str(dimension.get("unit") or ""))),
             *(_number(dimension.get(key)) for key in ("rmse", "spread", "relative"))] for dimension in dimensions]
    return _table(["action", metric.heading("action_error", ""), *map(_unitless, ("spread", "relative_error"))], rows)


REFERENCES = {"nearest_neighbour": "the action recorded in the nearest training state", "mean_action": "the mean action",
              "repeated_states": "recorded actions in equal states, about their mean"}


def references(run):
    """What the action error compares with; empty if the evaluation does not say."""
    error = run.evaluation.get("action_error") or {}
    recorded = error.get("references") or {}
    if not recorded:
        return ""
    rows = [["the policy", _number(error.get("rmse")), _number(error.get("relative"))]]
    rows += [[label, _number(recorded[name].get("rmse")), _number(recorded[name].get("relative"))]
             for name, label in REFERENCES.items() if isinstance(recorded.get(name), dict)]
    return _table(["actions of", metric.heading("action_error", metric.common_unit(run.actions)),
                   _unitless("relative_error")], rows)


def along_chunk(run):
    """A row for each action of a prediction; empty if predictions are single actions."""
    chunk = (run.evaluation.get("action_error") or {}).get("chunk") or []
    names = [style.axis_label(action.name, action.unit) for action in run.actions]
    rows = [[str(position), _number(error.get("relative")), *map(_number, error.get("rmse") or [])]
            for position, error in enumerate(chunk) if len(error.get("rmse") or []) == len(names)]
    return _table(["steps ahead", _unitless("relative_error"), *names], rows) if len(rows) > 1 else ""


def _unitless(name):
    return metric.heading(name, "")


def _result_rows(run):
    evaluation, unit = run.evaluation, metric.common_unit(run.actions)
    policy, expert = evaluation.get("policy") or {}, evaluation.get("expert") or {}
    smoothness, latency = evaluation.get("smoothness") or {}, evaluation.get("latency") or {}

    def row(name, ours, theirs="", detail=""):
        label = metric.heading(name, unit)
        return [escape(label[:1].upper() + label[1:] + detail), ours, theirs]

    of_both = [_metrics(evaluation, who) for who in ("policy", "expert")]
    error = evaluation.get("action_error") or {}
    states = error.get("states") or evaluation.get("states")
    return [row("return", *(_interval(score.get("return"), number.text) for score in (policy, expert)),
                detail=", mean and 95 % interval"),
            row("return_deviation", *(_number((score.get("return") or {}).get("std")) for score in (policy, expert))),
            row("gap", _interval(evaluation.get("gap"), number.signed), detail=", on the same starts"),
            *_demonstrator_rows(evaluation),
            row("success", _percent(policy), _percent(expert)),
            *(row(name, *(_recorded(metrics, name) for metrics in of_both)) for name in sorted({**of_both[0], **of_both[1]})),
            row("smoothness", _number(smoothness.get("policy")), _number(smoothness.get("expert"))),
            row("action_error", _number(error.get("rmse")), detail=f", on {states} states" if states else ""),
            row("latency", ", ".join(filter(None, map(_number, (latency.get("median_us"), latency.get("p99_us"))))),
                detail=f", median and 99th percentile of one prediction{_sampler(latency)}")]


def _demonstrator_rows(evaluation):
    recorded = evaluation.get("demonstrator")
    if not recorded:
        return []
    return [["Return of the demonstrator, mean and standard deviation",
             "", f"{_number(recorded['return']['mean'])} ± {_number(recorded['return']['std'])}"],
            ["Return gap, policy − demonstrator, from other starts", _interval(recorded.get("gap"), number.signed), ""]]


def _metrics(evaluation, who):
    return (evaluation.get(who) or {}).get("metrics") or {}


def _number(value):
    """Empty if there is no value."""
    return "" if value is None else number.text(value)


def _recorded(metrics, name):
    """A dash if the value of `name` is null; empty if there is no such metric."""
    return number.text(metrics[name]) if name in metrics else ""


def _percent(score):
    share = score.get("success")
    return "" if share is None else number.text(100.0 * share)


def _interval(recorded, show):
    """recorded: what interval.read takes; show: number.text or number.signed."""
    value = interval.read(recorded)
    if value is None:
        return ""
    mean, *ends = value.texts(show)
    return mean + (f' <span class="interval">[{", ".join(ends)}]</span>' if value.has_ends else "")


def _sampler(latency):
    return f", {latency['solver']}, {latency.get('nfe')} network evaluations" if "solver" in latency else ""


def _table(head, rows):
    """head: plain text; rows: cells as HTML, the first of each its label; an empty cell is a missing value."""
    shown = [column for column in range(len(head)) if column == 0 or any(row[column] for row in rows)]
    if not rows or len(shown) == 1:
        return ""
    lines = ["<tr>" + "".join(f"<th scope=\"col\">{escape(head[column])}</th>" for column in shown) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{row[column] or number.DASH}</td>" for column in shown) + "</tr>" for row in rows]
    return '<div class="scroll"><table>\n' + "\n".join(lines) + "\n</table></div>"
