#pragma once
// The pendulum held at a target angle near upright, which torque can hold: |target| <= asin(2 u_max / (m g l)) = 0.41.
//
//   goal [target], drawn uniformly from +-`farthest` for each episode
//   reward = -(wrap(theta - target)^2 + 0.1 omega^2 + 0.001 u^2), for the state before the step
//
// Initial states are those of `pendulum`. Success: within 0.1 rad of the target for the last 20 steps.

#include "libfm/pendulum/swing_up.hpp"

namespace fm {

struct PendulumTargetOptions {
  PendulumOptions pendulum;
  double farthest = 0.35;

  template <class Visitor>
  void fields(Visitor& visit) {
    pendulum.fields(visit);
    visit("farthest", farthest, "targets lie within this angle of upright, rad", between(0.01, 1.5));
  }
};

class PendulumTargetTask : public PendulumTask {
 public:
  using Options = PendulumTargetOptions;
  struct Memory {
    float target = 0.0F;  ///< rad, in the precision of the goal column
    AngleHeld held;
  };

  /// @throws InputError if torque cannot hold the farthest target.
  explicit PendulumTargetTask(const Options& options);

  static EnvSpec spec(const Options& options);

  PendulumState start(Draws& draws, Memory& memory) const {
    const PendulumState state = SwingUpTask::start(draws);
    memory.target = static_cast<float>(draws.uniform(-farthest_, farthest_));
    return state;
  }

  static void begin(Memory& memory) { memory.held = {}; }
  static double goal(const Memory& memory) { return memory.target; }
  static void set_goal(double goal, Memory& memory) { memory = {.target = static_cast<float>(goal), .held = {}}; }

  static double reward(const PendulumState& state, double torque, const Memory& memory) {
    return pendulum_reward(wrap_angle(state.theta - memory.target), state.omega, torque);
  }

  bool success(const PendulumState& state, int, Memory& memory) const {
    return memory.held.update(state.theta, memory.target, horizon_);
  }

 private:
  int horizon_;
  double farthest_;
};

using PendulumTarget = PendulumEnv<PendulumTargetTask>;

}  // namespace fm
