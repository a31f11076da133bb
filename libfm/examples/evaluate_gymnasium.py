#!/usr/bin/env python3
"""Evaluates a checkpoint in an environment of Gymnasium, several copies at a time.

    pip install gymnasium ./libfm/python
    python3 evaluate_gymnasium.py best.safetensors Pendulum-v1 --episodes 100 --seed 0
    python3 evaluate_gymnasium.py best.safetensors gymnasium_robotics:FetchReach-v4     # a module that registers it

Prints the mean return and the mean of each episode's largest reward (how far a task such as pushing got), with intervals
of 95 %, and the rate of success where the environment reports one. Observations are passed on as numbers in the order of
their space; of a goal-conditioned environment "desired_goal" is the policy's goal, everything else the observation, as in
training with env.name: gymnasium.
"""

import argparse
import math
import sys

import gymnasium
import numpy as np
from gymnasium import spaces
from libfm_policy import Policy


class Refused(Exception):
    pass


def is_goal_conditioned(space):
    return isinstance(space, spaces.Dict) and {"observation", "desired_goal"} <= set(space.spaces)


class Interface:
    """Between the spaces of an environment and a policy's rows of numbers."""

    def __init__(self, env, policy):
        self.observed, self.goal, self.action = env.observation_space, None, env.action_space
        if is_goal_conditioned(self.observed):
            self.goal = self.observed["desired_goal"]
            self.observed = spaces.Dict([(key, part) for key, part in self.observed.spaces.items() if key != "desired_goal"])
        if not isinstance(self.action, (spaces.Box, spaces.Discrete)):
            raise Refused(f"actions of type {type(self.action).__name__} are not supported, only Box and Discrete")
        for what, space, size in [("observation", self.observed, policy.observation_size), ("goal", self.goal, policy.goal_size),
                                  ("action", self.action, policy.action_size)]:
            present = 0 if space is None else spaces.flatdim(space)
            if present != size:
                raise Refused(f"the {what} of the environment has {present} numbers, the policy's {size}")

    def numbers(self, observation):
        """Observation and goal as rows."""
        if self.goal is None:
            return spaces.flatten(self.observed, observation), np.empty(0)
        rest = {key: observation[key] for key in self.observed.spaces}
        return spaces.flatten(self.observed, rest), spaces.flatten(self.goal, observation["desired_goal"])

    def executable(self, row):
        if isinstance(self.action, spaces.Discrete):
            return self.action.start + int(np.argmax(row))
        return row.reshape(self.action.shape).astype(self.action.dtype)


class Copy:
    """One copy of the environment, which runs its share of the episodes."""

    def __init__(self, env, interface, episodes):
        self.env, self.interface, self.episodes = env, interface, episodes
        self.numbers = None  # of the present observation
        self.results = {}  # by episode: return, largest reward, success

    def begin_next(self, seed):
        """@return the episode that begins, or None if there is none left"""
        if not self.episodes:
            return None
        episode = self.episodes.pop(0)
        observation, _ = self.env.reset(seed=seed + episode)
        self.numbers = self.interface.numbers(observation)
        self.episode, self.rewards, self.success = episode, [], None
        return episode

    def step(self, row):
        """@return whether the episode has ended"""
        observation, reward, terminated, truncated, info = self.env.step(self.interface.executable(row))
        self.numbers = self.interface.numbers(observation)
        self.rewards.append(float(reward))
        for key in ("is_success", "success"):
            if key in info:
                self.success = bool(np.all(info[key]))
        if terminated or truncated:
            self.results[self.episode] = (sum(self.rewards), max(self.rewards), self.success)
        return terminated or truncated


def evaluate(policy, copies, seed):
    """All episodes. @return their results by episode"""
    policy.set_rows(len(copies))
    running = set()

    def begin(i):
        episode = copies[i].begin_next(seed)
        running.discard(i)
        if episode is not None:
            running.add(i)
            policy.reset(episode, row=i)

    for i in range(len(copies)):
        begin(i)
    while running:
        observations, goals = (np.stack(part) for part in zip(*(copy.numbers for copy in copies)))
        actions = policy.act_batch(observations, goals if policy.goals else None)
        for i in sorted(running):
            if copies[i].step(actions[i]):
                begin(i)
    return {episode: result for copy in copies for episode, result in copy.results.items()}


def interval(values):
    """Mean and the half width of its 95 % interval, from the normal approximation."""
    return np.mean(values), 1.96 * np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", metavar="CHECKPOINT")
    parser.add_argument("env", metavar="ENV_ID")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--copies", type=int, default=16, help="copies of the environment that act together (default: 16)")
    parser.add_argument("--seed", type=int, default=0, help="of the first episode and of the policy's noise; one more for each")
    options = parser.parse_args()
    if options.episodes < 1 or options.copies < 1:
        parser.error("--episodes and --copies must be at least 1")
    try:
        with Policy(options.checkpoint, seed=options.seed) as policy:
            count = min(options.copies, options.episodes)
            envs = [gymnasium.make(options.env) for _ in range(count)]
            interface = Interface(envs[0], policy)
            copies = [Copy(env, interface, list(range(i, options.episodes, count))) for i, env in enumerate(envs)]
            results = evaluate(policy, copies, options.seed)
    except (Refused, ValueError, OSError, ImportError, gymnasium.error.Error) as error:
        print(f"evaluate_gymnasium: {error}", file=sys.stderr)
        return 2
    returns, largest, successes = zip(*(results[episode] for episode in sorted(results)))
    print(f"{options.episodes} episodes of {options.env}, seeds from {options.seed} on; 95 % intervals")
    for name, values in (("return", returns), ("largest reward", largest)):
        print("{:<15} {:.4g} +- {:.2g}".format(name, *interval(values)))
    if None not in successes:
        print(f"{'success':<15} {100 * np.mean(successes):.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
