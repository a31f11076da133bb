#!/usr/bin/python3
"""Makes a realistic evaluated run without training: the pendulum is simulated, its policy is a known distribution.

    tests/figures/make_example.py RUN_DIR [EPISODES]

The policy's action at an observation is a mixture of Gaussians, so that its velocity field is known in closed form.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np

TIME_STEP, HORIZON, MAX_TORQUE, MAX_SPEED = 0.05, 200, 2.0, 8.0  # s, steps, N m, rad/s
GAIN = np.array([19.693, 5.2625])  # LQR for Q = diag(1, 0.1), R = 0.001
KEPT = 100
STATES = {"hanging": (np.pi, 0.0), "halfway": (np.pi / 2, 0.0), "upright": (0.05, 0.0)}
# Weights, means and standard deviations of the policy's torque in each state, in units of MAX_TORQUE.
MIXTURES = {"hanging": ([0.5, 0.5], [-0.95, 0.95], [0.05, 0.05]), "halfway": ([1.0], [0.9], [0.08]),
            "upright": ([1.0], [-0.49], [0.04])}


def wrap(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def expert(theta, omega):
    """Energy pumping far from upright, LQR near it."""
    angle = wrap(theta)
    lack = 5.0 - (omega**2 / 6 + 5 * np.cos(theta))  # J
    pump = 2.0 * lack * np.where(omega == 0.0, 1.0, np.sign(omega))
    near = np.abs(angle) < 0.5
    return np.clip(np.where(near, -(GAIN[0] * angle + GAIN[1] * omega), pump), -MAX_TORQUE, MAX_TORQUE)


def simulate(policy, theta, omega):
    """Gymnasium's Pendulum-v1 from theta, omega (N). Returns observations, actions, states, rewards."""
    states, actions, rewards = [np.stack([theta, omega], 1)], [], []
    for _ in range(HORIZON):
        torque = policy(theta, omega)
        rewards.append(-(wrap(theta) ** 2 + 0.1 * omega**2 + 0.001 * np.clip(torque, -2, 2) ** 2))
        omega = np.clip(omega + (15 * np.sin(theta) + 3 * np.clip(torque, -2, 2)) * TIME_STEP, -MAX_SPEED, MAX_SPEED)
        theta = theta + omega * TIME_STEP
        states.append(np.stack([theta, omega], 1))
        actions.append(torque[:, None])
    states, actions = np.stack(states, 1), np.stack(actions, 1)
    observations = np.stack([np.cos(states[..., 0]), np.sin(states[..., 0]), states[..., 1]], 2)
    return observations, actions, states, np.stack(rewards, 1)


def velocity(z, t, mixture):
    """E[x1 - z0 | z_t = z] of the linear path z_t = t x1 + (1 - t) z0 with x1 from a mixture, z0 ~ N(0, 1)."""
    weights, means, deviations = (np.array(part).reshape(-1, *([1] * np.ndim(z))) for part in mixture)
    variance = (t * deviations) ** 2 + (1 - t) ** 2
    residual = z - t * means
    exponent = -0.5 * residual**2 / variance + np.log(weights / np.sqrt(variance))
    likelihood = np.exp(exponent - exponent.max(0))
    data = means + t * deviations**2 / variance * residual
    noise = (1 - t) / variance * residual
    return np.sum(likelihood * (data - noise), 0) / np.sum(likelihood, 0)


def sample(mixture, count, steps, generator):
    """Euler trajectories (count, steps + 1) from N(0, 1)."""
    z = [generator.normal(size=count)]
    for step in range(steps):
        z.append(z[-1] + velocity(z[-1], step / steps, mixture) / steps)
    return np.stack(z, 1)


def write_rollouts(group, rollouts):
    observations, actions, states, rewards = rollouts
    upright = np.abs(wrap(states[:, -20:, 0])) < 0.1
    group["returns"] = rewards.sum(1)
    group["success"] = upright.all(1).astype(np.uint8)
    group["observations"] = observations[:KEPT].astype(np.float32)
    group["actions"] = actions[:KEPT].astype(np.float32)
    group["states"] = states[:KEPT]
    group["rewards"] = rewards[:KEPT]


def write_flow(file, steps, generator):
    times, actions = np.linspace(0, 1, 41), np.linspace(-5, 5, 81)
    for i, (label, (theta, omega)) in enumerate(STATES.items()):
        observation = np.array([np.cos(theta), np.sin(theta), omega], dtype=np.float32)
        for name, count in (("flow_field", 100), ("denoising", 500)):
            group = file.create_group(f"{name}/{i}")
            group["observation"] = observation
            group["trajectory_times"] = np.linspace(0, 1, steps + 1)
            group["expert_action"] = expert(np.array([theta]), np.array([omega])).astype(np.float32)
            paths = MAX_TORQUE * sample(MIXTURES[label], count, steps, generator)
            group["trajectories"] = (paths if name == "flow_field" else paths[:, :, None]).astype(np.float32)
        group = file[f"flow_field/{i}"]
        group.attrs["label"] = label
        group["times"], group["actions"] = times, actions
        group["velocity"] = np.stack([MAX_TORQUE * velocity(actions / MAX_TORQUE, t, MIXTURES[label]) for t in times])


def mixture_at(theta, omega):
    """A plausible policy in any state: near hanging at rest both directions, else about the expert's torque."""
    torque = float(expert(np.array([theta]), np.array([omega]))[0]) / MAX_TORQUE
    if abs(omega) < 0.5 and np.cos(theta) < -0.9:
        return MIXTURES["hanging"]
    return [1.0], [0.95 * torque], [0.05 + 0.05 * np.exp(-omega**2)]


def write_explorer(file, generator, states=(13, 9), count=24, steps=20):
    """The group /explorer over angle and velocity; with states = (n0,) over steps of the first episode instead."""
    group = file.create_group("explorer")
    times, actions = np.linspace(0, 1, 21), np.linspace(-5, 5, 41)
    if len(states) == 2:
        group.attrs.update({"axis_names": "theta\nomega", "axis_units": "rad\nrad/s"})
        group["axis_0"], group["axis_1"] = np.linspace(-np.pi, np.pi, states[0]), np.linspace(-MAX_SPEED, MAX_SPEED, states[1])
        grid = [[(theta, omega) for omega in group["axis_1"][()]] for theta in group["axis_0"][()]]
    else:
        group.attrs.update({"axis_names": "step", "axis_units": ""})
        group["axis_0"] = np.linspace(0, HORIZON - 1, states[0]).round()
        grid = [[tuple(file["policy/states"][0, int(step)])] for step in group["axis_0"][()]]
    mixtures = [[mixture_at(*state) for state in row] for row in grid]
    group["times"], group["actions"], group["sample_times"] = times, actions, np.linspace(0, 1, steps + 1)
    group["velocity"] = [[[MAX_TORQUE * velocity(actions / MAX_TORQUE, t, mixture) for t in times] for mixture in row]
                         for row in mixtures]
    group["samples"] = [[MAX_TORQUE * sample(mixture, count, steps, generator) for mixture in row] for row in mixtures]
    group["expert"] = [[float(expert(*map(np.array, [[theta], [omega]]))[0]) for theta, omega in row] for row in grid]


def write_attributes(file, steps):
    file.attrs.update({
        "format_version": 1, "env": "pendulum", "policy": "flow", "expert": "swing_up_lqr", "solver": "euler",
        "steps": steps, "time_step": TIME_STEP, "horizon": HORIZON, "observation_names": "cos_theta\nsin_theta\nomega",
        "action_names": "torque", "action_units": "N m", "state_names": "theta\nomega", "state_units": "rad\nrad/s",
        "action_low": str(-MAX_TORQUE), "action_high": str(MAX_TORQUE)})


def interval(values):
    margin = 1.96 * values.std(ddof=1) / np.sqrt(values.size)
    return [values.mean() - margin, values.mean() + margin]


def score(rollouts):
    returns = rollouts["returns"][()]
    return {"return": {"mean": returns.mean(), "std": returns.std(ddof=1), "ci95": interval(returns)},
            "success": float(rollouts["success"][()].mean()), "metrics": {}}


def summary(file, steps):
    differences = file["policy/returns"][()] - file["expert/returns"][()]
    return {"env": "pendulum", "episodes": differences.size, "seed": 123, "policy": score(file["policy"]),
            "expert": score(file["expert"]), "gap": {"mean": differences.mean(), "ci95": interval(differences)},
            "states": 10000,
            "action_error": {"rmse": 0.061, "states": 10000, "dimensions": [
                {"name": "torque", "unit": "N m", "rmse": 0.061, "spread": 1.22, "relative": 0.05}]},
            "smoothness": {"policy": 0.118, "expert": 0.104},
            "latency": {"median_us": 48.2 * steps / 20, "p99_us": 61.0 * steps / 20, "solver": "euler", "steps": steps,
                        "nfe": steps}}


def variant(base, steps):
    """Plausible results with fewer solver steps."""
    loss = 30.0 / steps**2
    gap = {"mean": base["gap"]["mean"] - loss, "ci95": [end - loss * (1 + sign / 5) for end, sign in
                                                        zip(base["gap"]["ci95"], (1, -1))]}
    latency = {**base["latency"], "steps": steps, "nfe": steps, "median_us": 2.4 * steps, "p99_us": 3.0 * steps}
    return {**base, "gap": gap, "latency": latency, "settings": {"sampler.steps": steps}}


def write_metrics(path, generator):
    with open(path, "w") as file:
        for epoch in range(1, 151):
            step, loss = 78 * epoch, 0.38 + 0.9 * np.exp(-epoch / 6) + 0.1 * np.exp(-epoch / 60)
            file.write(json.dumps({"step": step, "epoch": epoch, "train_loss": loss + generator.normal() * 0.01,
                                   "validation_loss": loss + 0.03 + generator.normal() * 0.004,
                                   "learning_rate": 1e-3, "steps_per_second": 1200}) + "\n")
            if epoch % 25 == 0:
                rollout = -150.1 - 400 * np.exp(-epoch / 18)
                gap = rollout + 150.1
                file.write(json.dumps({"step": step, "epoch": epoch, "rollout_return": rollout,
                                       "rollout_expert_return": -150.1, "rollout_gap": gap,
                                       "rollout_gap_low": 1.2 * gap - 1, "rollout_gap_high": 0.8 * gap + 1}) + "\n")


def turn_into_distribution(file):
    """Turns an evaluation.h5 into that of a one-step environment in the plane, without observations."""
    for who in ("policy", "expert"):
        group = file[who]
        actions = np.concatenate([group["actions"][:, :1], group["actions"][:, 1:2]], axis=2)
        for name in ("actions", "observations", "states", "rewards"):
            del group[name]
        group["actions"], group["rewards"] = actions, np.zeros((len(actions), 1))
        group["observations"] = np.zeros((len(actions), 2, 0), dtype=np.float32)
        group["states"] = np.zeros((len(actions), 2, 0))
    for group in file["denoising"].values():
        paths = group["trajectories"][()]
        del group["trajectories"]
        group["trajectories"] = np.concatenate([paths, -paths], axis=2)
    file.attrs.update({"env": "toy_2d", "observation_names": "", "state_names": "", "state_units": "",
                       "action_names": "x\ny", "action_units": "\n", "action_low": "-5\n-5", "action_high": "5\n5"})


def make(directory, episodes=300, steps=20):
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(7)
    theta, omega = generator.uniform(-np.pi, np.pi, episodes), generator.uniform(-1, 1, episodes)

    def policy(theta, omega):  # the expert, with a bias and a little noise
        return expert(theta, omega + 0.02) + generator.normal(size=theta.shape) * 0.05

    with h5py.File(directory / "evaluation.h5", "w") as file:
        write_attributes(file, steps)
        write_rollouts(file.create_group("expert"), simulate(expert, theta, omega))
        write_rollouts(file.create_group("policy"), simulate(policy, theta, omega))
        write_flow(file, steps, generator)
        write_explorer(file, generator)
        evaluation = summary(file, steps)
    evaluation["variants"] = [variant(evaluation, count) for count in (1, 2, 5, 10, 20)]
    (directory / "evaluation.json").write_text(json.dumps(evaluation, indent=2))
    (directory / "config.yaml").write_text("name: pendulum\nseed: 0\nenv: {name: pendulum}\ntrain:\n  epochs: 150\n")
    (directory / "provenance.json").write_text(json.dumps({"commit": "0123abc", "dirty": False, "seed": 0}, indent=2))
    write_metrics(directory / "metrics.jsonl", generator)


if __name__ == "__main__":
    make(sys.argv[1], *map(int, sys.argv[2:]))
