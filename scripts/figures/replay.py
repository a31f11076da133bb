"""Episodes of the pendulum for replay.js: the policy beside its expert, from the same starts."""

import numpy as np

from . import style, web

MOST_EPISODES = 12
BYTES = 6  # of a step of one actor: angle, torque and return so far, 16 bits each
CAPTION = ("Policy and expert from the same start. The arc is the torque: counter-clockwise is positive, a quarter turn is "
           "the largest. The return is the sum of the rewards so far.")


def data(run, budget=100_000):
    """What replay.js shows, in about `budget` bytes of base64 or less; None if the run has no episodes of a pendulum."""
    actors = {name: rollouts for name, rollouts in (("policy", run.policy), ("expert", run.expert)) if rollouts}
    if not run.is_pendulum or not actors:
        return None
    shown = _episodes(run, actors, budget)
    limit = run.actions[0].high if np.isfinite(run.actions[0].high) else 1.0
    return {"time_step": run.time_step, "limit": limit, "unit": run.actions[0].unit, "episodes": [int(i) for i in shown],
            "hardest": run.hardest_start(),
            "actors": [{"label": name, **_actor(rollouts, shown)} for name, rollouts in actors.items()]}


def html(run, budget=100_000):
    value = data(run, budget)
    if value is None:
        return ""
    return (f'<figure id="replay">{web.widget("replay", value, "Animation of " + " and ".join(_names(value)))}\n'
            f"<figcaption><b>{style.readable(run.env).capitalize()} in motion.</b> {CAPTION}</figcaption></figure>")


def _names(value):
    return [actor["label"] for actor in value["actors"]]


def _episodes(run, actors, budget):
    """The hardest start first, then the first episodes, as many as fit."""
    kept = min(len(rollouts.states) for rollouts in actors.values())
    longest = max(len(states) for rollouts in actors.values() for states in rollouts.states[:kept])
    fit = int(budget * 0.75 / (BYTES * longest * len(actors)))
    others = [episode for episode in range(kept) if episode != run.hardest_start()]
    return [run.hardest_start(), *others][: max(1, min(MOST_EPISODES, fit))]


def _actor(rollouts, shown):
    """Arrays (episodes, T + 1), with NaN behind an episode's end."""
    length = max(len(rollouts.states[episode]) for episode in shown)
    rows = {name: np.full((len(shown), length), np.nan) for name in ("angle", "torque", "reward_sum")}
    for row, episode in enumerate(shown):
        steps = len(rollouts.actions[episode])
        rows["angle"][row, : steps + 1] = rollouts.states[episode][:, 0]
        rows["torque"][row, :steps] = rollouts.actions[episode][:, 0]
        rows["reward_sum"][row, : steps + 1] = np.append(0.0, np.cumsum(rollouts.rewards[episode]))
    return {name: web.quantised(values, "u2") for name, values in rows.items()}
