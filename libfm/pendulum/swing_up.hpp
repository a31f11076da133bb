#pragma once
// The swing-up of Gymnasium's Pendulum-v1.
//
//   reward = -(wrap(theta)^2 + 0.1 omega^2 + 0.001 u^2), for the state before the step
//
// Initial states: theta ~ U(-pi, pi), omega ~ U(-1, 1). Success: within 0.1 rad of upright for the last 20 steps.

#include "libfm/pendulum/pendulum_env.hpp"

namespace fm {

/// The reward for an angular error, rad, at angular velocity omega, rad/s, and torque, N m.
inline double pendulum_reward(double error, double omega, double torque) {
  return -(error * error + 0.1 * omega * omega + 0.001 * torque * torque);
}

class SwingUpTask : public PendulumTask {
 public:
  using Options = PendulumOptions;
  struct Memory {
    AngleHeld upright;
  };

  explicit SwingUpTask(const Options& options) : horizon_(options.horizon) {}

  static const PendulumOptions& pendulum(const Options& options) { return options; }

  static EnvSpec spec(const Options& options) { return pendulum_spec("pendulum", options); }

  static PendulumState start(Draws& draws, Memory&) { return start(draws); }

  static PendulumState start(Draws& draws) {
    const double theta = draws.uniform(-std::numbers::pi, std::numbers::pi);
    return {theta, draws.uniform(-1.0, 1.0)};
  }

  static double reward(const PendulumState& state, double torque, const Memory&) {
    return pendulum_reward(wrap_angle(state.theta), state.omega, torque);
  }

  bool success(const PendulumState& state, int, Memory& memory) const {
    return memory.upright.update(state.theta, 0.0, horizon_);
  }

 private:
  int horizon_;
};

using Pendulum = PendulumEnv<SwingUpTask>;

}  // namespace fm
