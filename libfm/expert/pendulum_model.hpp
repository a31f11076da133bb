#pragma once
// What a controller knows of the pendulum: one step of its dynamics and cost, and both linearised at upright.

#include "libfm/env/environment.hpp"
#include "libfm/env/pendulum_dynamics.hpp"

#include <Eigen/Core>

#include <algorithm>

namespace fm {

/// The state that an observation [cos theta, sin theta, omega] shows; theta in [-pi, pi].
PendulumState pendulum_state(const Matrix& observations, Eigen::Index row);

class PendulumModel {
 public:
  explicit PendulumModel(const PendulumOptions& options);

  double max_torque() const { return max_torque_; }  ///< N m
  double max_speed() const { return max_speed_; }    ///< rad/s

  /// What gravity adds to omega in a step, rad/s.
  double gravity_kick(double theta) const;
  /// theta' is not wrapped. @param torque N m, within its bounds
  PendulumState next(const PendulumState& state, double torque) const {
    return next(state, torque, gravity_kick(state.theta));
  }
  /// The same where many torques are tried in one state.
  PendulumState next(const PendulumState& state, double torque, double gravity_kick) const {
    const double omega =
        std::clamp(state.omega + gravity_kick + torque_gain_ * torque * time_step_, -max_speed_, max_speed_);
    return {.theta = state.theta + omega * time_step_, .omega = omega};
  }

  /// Of one step; theta counts as it is, wrapped or not.
  static double cost(const PendulumState& state, double torque) {
    return state.theta * state.theta + speed_weight * state.omega * state.omega + torque_weight * torque * torque;
  }

  /// x' = A x + B u near the rest at `angle` that a constant torque holds, x = [theta - angle, omega].
  Eigen::Matrix2d A(double angle = 0.0) const;
  Eigen::Vector2d B() const;
  /// cost = x' Q x + R u^2.
  /// Holds the pendulum at rest at an angle, N m.
  double holding_torque(double angle) const { return -gravity_gain_ / torque_gain_ * std::sin(angle); }
  static Eigen::Matrix2d Q();
  static Eigen::Matrix<double, 1, 1> R();

 private:
  static constexpr double speed_weight = 0.1;
  static constexpr double torque_weight = 0.001;

  double gravity_gain_;  ///< 3 g / (2 l), 1/s^2
  double torque_gain_;   ///< 3 / (m l^2), 1/(kg m^2)
  double time_step_;
  double max_torque_;
  double max_speed_;
};

}  // namespace fm
