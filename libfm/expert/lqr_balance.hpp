#pragma once
// Balances the pendulum at upright: u = -K [theta, omega], the linear-quadratic regulator of the pendulum's own cost
// and discrete dynamics linearised there.

#include "libfm/expert/pendulum_model.hpp"

namespace fm {

class LqrBalance {
 public:
  explicit LqrBalance(const PendulumModel& model);

  /// The torque before it is clipped, N m.
  double torque(const PendulumState& state) const { return -(gain_[0] * state.theta + gain_[1] * state.omega); }

  const Eigen::RowVector2d& gain() const { return gain_; }

 private:
  Eigen::RowVector2d gain_;
};

}  // namespace fm
