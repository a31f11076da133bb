#pragma once
// Brings the pendulum to a target angle that torque can hold and keeps it there. Far from upright: energy swing-up.
// Near it and fast: the linear-quadratic regulator about upright. Near it and slow: the regulator about a rest r on the
// way to the target, at most a small `step` from here, with the torque that holds r:
//
//   u = -(m g l / 2) sin r - K_r [theta - r, omega],   r = theta + clip(target - theta, -step, step).
//
// Torque has little to spare where it holds the farthest targets: so the approach is slow, and a function of the state
// alone.

#include "libfm/expert/swing_up_lqr.hpp"

namespace fm {

struct TargetLqrOptions {
  SwingUpLqrOptions swing_up;
  double slow = 0.6;
  double step = 0.06;

  template <class Visitor>
  void fields(Visitor& visit) {
    swing_up.fields(visit);
    visit("slow", slow, "the approach begins below this speed, rad/s", above(0.0));
    visit("step", step, "how far ahead of the pendulum its set point moves, rad", above(0.0));
  }
};

class TargetLqr final : public Policy {
 public:
  TargetLqr(const TargetLqrOptions& options, const PendulumOptions& pendulum);

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  double approach(const PendulumState& state, double target) const;

  TargetLqrOptions options_;
  PendulumModel model_;
  SwingUpLqr swing_up_;
};

}  // namespace fm
