#pragma once
// The controllers' model of the pendulum: its dynamics, the cost of a step, and the linearised dynamics.

#include "libfm/env/environment.hpp"
#include "libfm/pendulum/dynamics.hpp"

#include <Eigen/Core>

namespace fm {

/// The state of row `row` of observations (N, 3), [cos theta, sin theta, omega]; theta in [-pi, pi].
PendulumState pendulum_state(const Matrix& observations, Eigen::Index row);

class PendulumModel : public PendulumDynamics {
 public:
  explicit PendulumModel(const PendulumOptions& options) : PendulumDynamics(options) {}

  /// The cost of one step; theta is not wrapped.
  static double cost(const PendulumState& state, double torque) {
    return state.theta * state.theta + speed_weight * state.omega * state.omega + torque_weight * torque * torque;
  }

  /// x' = A x + B u near the equilibrium at `angle` under constant torque, x = [theta - angle, omega].
  Eigen::Matrix2d A(double angle = 0.0) const;
  Eigen::Vector2d B() const;
  /// cost = x' Q x + R u^2.
  static Eigen::Matrix2d Q();
  static Eigen::Matrix<double, 1, 1> R();

  /// The torque that holds the pendulum at rest at an angle, N m.
  double holding_torque(double angle) const;

 private:
  static constexpr double speed_weight = 0.1;
  static constexpr double torque_weight = 0.001;
};

}  // namespace fm
