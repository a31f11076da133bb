#pragma once
// Gymnasium's planar robots: Hopper-v5, Walker2d-v5 and HalfCheetah-v5.
//
//   reward = forward_weight x' + healthy_reward [healthy] - control_weight |a|^2,  x' over the whole control step, m/s
//
// Observation: qpos without x, and qvel. Success: healthy at the end; the cheetah has no health, and succeeds if it has
// come at least 1 m for each second.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

namespace fm {

struct HalfCheetahOptions {
  double forward_weight = 1.0;
  double control_weight = 0.1;
  double noise = 0.1;
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("forward_weight", forward_weight, "reward for each m/s forwards");
    visit("control_weight", control_weight, "cost of the sum of squared actions", at_least(0.0));
    visit("noise", noise, "scale of the random initial positions and velocities", at_least(0.0));
    visit("horizon", horizon, "steps in an episode", between(1, 100000));
  }
};

struct PlanarOptions {
  HalfCheetahOptions locomotion;
  double healthy_reward = 1.0;
  bool ends_unhealthy = true;
  double lowest = 0.7;
  double highest = 1000.0;
  double steepest = 0.2;

  template <class Visitor>
  void fields(Visitor& visit) {
    locomotion.fields(visit);
    visit("healthy_reward", healthy_reward, "reward for each step in which the robot is healthy");
    visit("ends_unhealthy", ends_unhealthy, "an episode ends when the robot is no longer healthy");
    visit("lowest", lowest, "healthy: the torso is above this height, m");
    visit("highest", highest, "healthy: the torso is below this height, m");
    visit("steepest", steepest, "healthy: the torso leans by less than this angle, rad", above(0.0));
  }
};

inline PlanarOptions hopper_defaults() {
  return {.locomotion = {.forward_weight = 1.0, .control_weight = 1e-3, .noise = 5e-3}};
}

inline PlanarOptions walker2d_defaults() {
  return {.locomotion = {.forward_weight = 1.0, .control_weight = 1e-3, .noise = 5e-3},
          .lowest = 0.8,
          .highest = 2.0,
          .steepest = 1.0};
}

EnvFactory make_hopper(const PlanarOptions& options);
EnvFactory make_walker2d(const PlanarOptions& options);
EnvFactory make_half_cheetah(const HalfCheetahOptions& options);

}  // namespace fm
