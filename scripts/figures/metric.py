"""What is known of each metric: its label, its unit, and whether higher or lower values are better."""

from dataclasses import dataclass

from . import style

HIGHER, LOWER = "↑", "↓"
LEGEND = f"{HIGHER} higher is better, {LOWER} lower is better."
ACTION_UNIT = "the unit of the actions"


@dataclass(frozen=True)
class Metric:
    label: str
    unit: str = ""
    better: str = ""


KNOWN = {
    "return": Metric("return", "", HIGHER),
    "return_deviation": Metric("standard deviation of the return over episodes"),
    "gap": Metric("return gap, policy − expert", "", HIGHER),
    "success": Metric("success", "%", HIGHER),
    "smoothness": Metric("mean change of action from step to step", ACTION_UNIT, LOWER),
    "action_jerk": Metric("action jerk", ACTION_UNIT, LOWER),
    "action_error": Metric("action error, RMSE", ACTION_UNIT, LOWER),
    "spread": Metric("standard deviation of the recorded action"),
    "relative_error": Metric("RMSE / standard deviation", "", LOWER),
    "latency": Metric("latency", "µs", LOWER),
    "network_evaluations": Metric("network evaluations"),
    "path_straightness": Metric("path straightness, 0 is straight", "", LOWER),
    "log_probability": Metric("log probability of the expert's actions", "nats", HIGHER),
    "energy_distance": Metric("energy distance of sampled and recorded actions, 0 to 1", "", LOWER),
    "highest_reward": Metric("highest reward of an episode", "", HIGHER),
    "full_length": Metric("share of episodes that no terminal state ended"),
    "power": Metric("mechanical power of the motors", "W", LOWER),
    "velocity_error": Metric("velocity error", "m/s", LOWER),
    "speed_entropy_bits": Metric("entropy of the speeds of episodes without a fall", "bits"),
    "joint_error": Metric("joint angle error, RMSE", "rad", LOWER),
    "torso_error": Metric("horizontal distance of the torso", "m", LOWER),
    "direction_entropy_bits": Metric("direction entropy", "bits", HIGHER),
    "wasserstein_2": Metric("Wasserstein-2 distance", ACTION_UNIT, LOWER),
}


def heading(name, action_unit):
    """The label of metric `name` with unit and direction, as plain text."""
    metric = KNOWN.get(name) or Metric(style.readable(name))
    unit = action_unit if metric.unit is ACTION_UNIT else metric.unit
    return " ".join(filter(None, [metric.label, f"({unit})" if unit else "", metric.better]))


def common_unit(actions):
    """The unit of all `actions` (Dimensions); "mixed units" if they differ."""
    units = {action.unit for action in actions}
    return "mixed units" if len(units) > 1 else "".join(units)
