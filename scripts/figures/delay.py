"""delay.png: return and jerk over the delay of a prediction, one curve per method: the settings that differ besides."""

from . import interval, sampling_steps, style

SETTING = "sampler.delay"


def draw(run):
    lines = curves([run, *run.others])
    if not lines or run.is_distribution:
        return None
    fig = style.figure(3.4)
    returns, jerks = fig.subplots(1, 2)
    for i, (label, points) in enumerate(lines.items()):
        delays, results = zip(*points)
        style.curve(returns, i, delays, [result for result, _ in results], label)
        jerks.plot(delays, [jerk for _, jerk in results], label=label, **style.curve_look(i))
    highest = max(jerk for points in lines.values() for _, (_, jerk) in points)
    _expert(run, returns, jerks, 2.0 * highest)
    delays = sorted({delay for points in lines.values() for delay, _ in points})
    for ax, quantity in ((returns, "return"), (jerks, "mean |second difference| of the action")):
        ax.set_xticks(delays)
        ax.margins(y=0.1)
        ax.set(xlabel="delay of a prediction, steps", ylabel=quantity)
    jerks.set_ylim(bottom=0.0)
    style.key(jerks)
    return fig


def caption(run):
    lines = curves([run, *run.others])
    return (f"Trained policies whose predictions are executed only some steps after their observation ({', '.join(lines)}): "
            "mean return, with 95 % intervals, and mean absolute second difference of the action. " + interval.MEANING)


def curves(runs):
    """{label: [(delay, (return, jerk)), ...]}, by what differs besides the delay; of other runs with their policy's name."""
    lines = {}
    for run, name in zip(runs, sampling_steps.names(runs)):
        variants = varied(run.evaluation.get("variants") or [])
        others = [key for key in sampling_steps.differing(variants) if key != SETTING]
        for variant in variants:
            words = [f"{style.readable(key.rpartition('.')[2])} {variant['settings'].get(key)}" for key in others]
            label = ", ".join(([] if run is runs[0] else [name]) + words) or "policy"
            policy = variant["policy"]
            lines.setdefault(label, {})[variant["settings"][SETTING]] = (interval.read(policy["return"]),
                                                                         policy["metrics"]["action_jerk"])
    return {label: sorted(points.items()) for label, points in lines.items()}


def varied(variants):
    """The variants with a return, jerk and delay, if their delay differs; else []."""
    shown = [variant for variant in variants if _is_delay((variant.get("settings") or {}).get(SETTING))
             and _is_number(((variant.get("policy") or {}).get("metrics") or {}).get("action_jerk"))]
    return shown if SETTING in sampling_steps.differing(shown) else []


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_delay(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _expert(run, returns, jerks, highest):
    """The expert's return, and its jerk unless it is above `highest`, as that of one that acts with noise is."""
    expert = run.evaluation.get("expert") or {}
    if expert.get("return"):
        style.guide(returns, interval.read(expert["return"]).mean, "expert")
    jerk = (expert.get("metrics") or {}).get("action_jerk")
    if _is_number(jerk) and jerk <= highest:
        style.guide(jerks, jerk, "expert")
