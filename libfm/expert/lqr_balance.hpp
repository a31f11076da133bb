#pragma once
// Balances the pendulum at upright: u = -K [theta, omega], the linear-quadratic regulator for the pendulum's cost and
// its discrete dynamics linearised at upright.

#include "libfm/expert/pendulum_model.hpp"

namespace fm {

class LqrBalance {
 public:
  explicit LqrBalance(const PendulumModel& model);

  /// The unclipped torque, N m.
  double torque(const PendulumState& state) const { return -(gain_[0] * state.theta + gain_[1] * state.omega); }

  /// K (1, 2), N m / rad and N m s / rad.
  const Eigen::RowVector2d& gain() const { return gain_; }

 private:
  Eigen::RowVector2d gain_;
};

}  // namespace fm
