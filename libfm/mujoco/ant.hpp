#pragma once
// Gymnasium's Ant-v5: four legs on a free torso.
//
//   reward = forward_weight x' + healthy_reward [healthy] - control_weight |a|^2 - contact_weight |clip(cfrc_ext, +-1)|^2
//
// x' is the torso's, over the whole control step. Observation: qpos without x and y, qvel, and the clipped contact forces
// on every body. Healthy: the torso's height is within its range. Success: healthy at the end.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

namespace fm {

struct AntOptions {
  double forward_weight = 1.0;
  double control_weight = 0.5;
  double contact_weight = 5e-4;
  double healthy_reward = 1.0;
  bool ends_unhealthy = true;
  double lowest = 0.2;
  double highest = 1.0;
  double noise = 0.1;
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("forward_weight", forward_weight, "reward for each m/s along x");
    visit("control_weight", control_weight, "cost of the sum of squared actions", at_least(0.0));
    visit("contact_weight", contact_weight, "cost of the sum of squared contact forces, each clipped to +-1",
          at_least(0.0));
    visit("healthy_reward", healthy_reward, "reward for each step in which the robot is healthy");
    visit("ends_unhealthy", ends_unhealthy, "an episode ends when the robot is no longer healthy");
    visit("lowest", lowest, "healthy: the torso is at least at this height, m");
    visit("highest", highest, "healthy: the torso is at most at this height, m");
    visit("noise", noise, "scale of the random initial positions and velocities", at_least(0.0));
    visit("horizon", horizon, "steps in an episode", between(1, 100000));
  }
};

EnvFactory make_ant(const AntOptions& options);

}  // namespace fm
