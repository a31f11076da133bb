#pragma once
// Gymnasium's Humanoid-v5.
//
//   reward = forward_weight x' + healthy_reward [healthy] - control_weight |u|^2 - min(contact_weight |cfrc_ext|^2, 10)
//
// x' is the mass centre's, over the whole control step. Observation: qpos without x and y, qvel, and optionally the
// bodies' inertias and velocities, actuator forces and contact forces, all as they were before the last integration.
// Healthy: the torso's height is within its range. Success: healthy at the end.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

namespace fm {

struct HumanoidOptions {
  bool observe_bodies = true;
  double forward_weight = 1.25;
  double control_weight = 0.1;
  double contact_weight = 5e-7;
  double healthy_reward = 5.0;
  bool ends_unhealthy = true;
  double lowest = 1.0;
  double highest = 2.0;
  double noise = 0.01;
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("observe_bodies", observe_bodies,
          "observe the bodies' inertias and velocities and the forces too: 348 numbers instead of 45");
    visit("forward_weight", forward_weight, "reward for each m/s along x");
    visit("control_weight", control_weight, "cost of the sum of squared controls", at_least(0.0));
    visit("contact_weight", contact_weight, "cost of the sum of squared contact forces, at most 10", at_least(0.0));
    visit("healthy_reward", healthy_reward, "reward for each step in which the robot is healthy");
    visit("ends_unhealthy", ends_unhealthy, "an episode ends when the robot is no longer healthy");
    visit("lowest", lowest, "healthy: the torso is above this height, m");
    visit("highest", highest, "healthy: the torso is below this height, m");
    visit("noise", noise, "scale of the random initial positions and velocities", at_least(0.0));
    visit("horizon", horizon, "steps in an episode", between(1, 100000));
  }
};

EnvFactory make_humanoid(const HumanoidOptions& options);

}  // namespace fm
