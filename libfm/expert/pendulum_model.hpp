#pragma once
// What a controller knows of the pendulum: its dynamics, the cost of a step, and both linearised at upright.

#include "libfm/env/environment.hpp"
#include "libfm/pendulum/dynamics.hpp"

#include <Eigen/Core>

namespace fm {

/// The state that an observation [cos theta, sin theta, omega] shows; theta in [-pi, pi].
PendulumState pendulum_state(const Matrix& observations, Eigen::Index row);

class PendulumModel : public PendulumDynamics {
 public:
  explicit PendulumModel(const PendulumOptions& options) : PendulumDynamics(options) {}

  /// Of one step; theta counts as it is, wrapped or not.
  static double cost(const PendulumState& state, double torque) {
    return state.theta * state.theta + speed_weight * state.omega * state.omega + torque_weight * torque * torque;
  }

  /// x' = A x + B u near the rest at `angle` that a constant torque holds, x = [theta - angle, omega].
  Eigen::Matrix2d A(double angle = 0.0) const;
  Eigen::Vector2d B() const;
  /// cost = x' Q x + R u^2.
  static Eigen::Matrix2d Q();
  static Eigen::Matrix<double, 1, 1> R();

  /// Holds the pendulum at rest at an angle, N m.
  double holding_torque(double angle) const;

 private:
  static constexpr double speed_weight = 0.1;
  static constexpr double torque_weight = 0.001;
};

}  // namespace fm
