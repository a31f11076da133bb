#pragma once
// Brings the pendulum to a target angle within the torque bounds and holds it there. Far from upright: energy swing-up.
// Near upright and fast: the linear-quadratic regulator about upright. Near upright and slow: the regulator about a set
// point r towards the target, at most `step` away from theta, with the torque that holds r:
//
//   u = -(m g l / 2) sin r - K_r [theta - r, omega],   r = theta + clip(target - theta, -step, step).
//
// Holding the farthest targets leaves little torque in reserve, so the approach is slow. It depends on the state only.

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
    visit("step", step, "largest distance of the set point ahead of the pendulum, rad", above(0.0));
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
