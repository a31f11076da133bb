#pragma once
// Gymnasium's humanoid with a commanded velocity of its mass centre as its goal, in the world's x and y, m/s.
//
//   reward = tracking_weight exp(-|v - goal|^2 / scale) + healthy_reward [healthy] - control_weight |u|^2
//
// v is the mass centre's mean velocity over the control step. Observation: qpos without x and y, and qvel (45). A goal is
// drawn uniformly within its range at the beginning and every `resample` seconds. MuJoCo's implicitfast integrator and
// Newton solver stand in for the model's RK4 and PGS: three times as many steps a second, and not Gymnasium's physics.
// Success: healthy at the end. Metrics: mean velocity error, power of the motors, entropy of the speeds of episodes
// without a fall.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

namespace fm {

struct HumanoidVelocityOptions {
  double slowest_forward = 0.0;
  double fastest_forward = 2.0;
  double fastest_sideways = 0.3;
  double resample = 5.0;
  double tracking_weight = 4.0;
  double scale = 0.25;
  double healthy_reward = 1.0;
  double control_weight = 0.1;
  double lowest = 1.0;
  double highest = 2.0;
  double noise = 0.01;
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("slowest_forward", slowest_forward, "least commanded velocity along x, m/s");
    visit("fastest_forward", fastest_forward, "greatest commanded velocity along x, m/s");
    visit("fastest_sideways", fastest_sideways, "commanded velocities along y lie within this of 0, m/s", above(0.0));
    visit("resample", resample, "time between commands, s; 0: one command an episode", at_least(0.0));
    visit("tracking_weight", tracking_weight, "reward for the commanded velocity itself");
    visit("scale", scale, "squared velocity error at which that reward has fallen to 1/e, (m/s)^2", above(0.0));
    visit("healthy_reward", healthy_reward, "reward for each step in which the robot is healthy");
    visit("control_weight", control_weight, "cost of the sum of squared controls", at_least(0.0));
    visit("lowest", lowest, "an episode ends unless the torso is above this height, m");
    visit("highest", highest, "an episode ends unless the torso is below this height, m");
    visit("noise", noise, "scale of the random initial positions and velocities", at_least(0.0));
    visit("horizon", horizon, "steps of 0.015 s in an episode", between(1, 100000));
  }
};

/// @throws InputError if slowest_forward is not below fastest_forward.
EnvFactory make_humanoid_velocity(const HumanoidVelocityOptions& options);

}  // namespace fm
