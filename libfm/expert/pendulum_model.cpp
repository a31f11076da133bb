#include "libfm/expert/pendulum_model.hpp"

#include <cmath>

namespace fm {

PendulumState pendulum_state(const Matrix& observations, Eigen::Index row) {
  return {.theta = std::atan2(static_cast<double>(observations(row, 1)), static_cast<double>(observations(row, 0))),
          .omega = observations(row, 2)};
}

PendulumModel::PendulumModel(const PendulumOptions& p)
    : gravity_gain_(3.0 * p.gravity / (2.0 * p.length)), torque_gain_(3.0 / (p.mass * p.length * p.length)),
      time_step_(p.time_step), max_torque_(p.max_torque), max_speed_(p.max_speed) {}

double PendulumModel::gravity_kick(double theta) const { return gravity_gain_ * std::sin(theta) * time_step_; }

Eigen::Matrix2d PendulumModel::A(double angle) const {
  const double kick = gravity_gain_ * std::cos(angle) * time_step_;
  return Eigen::Matrix2d{{1.0 + kick * time_step_, time_step_}, {kick, 1.0}};
}

Eigen::Vector2d PendulumModel::B() const {
  const double kick = torque_gain_ * time_step_;
  return {kick * time_step_, kick};
}

Eigen::Matrix2d PendulumModel::Q() { return Eigen::Vector2d(1.0, speed_weight).asDiagonal(); }

Eigen::Matrix<double, 1, 1> PendulumModel::R() { return Eigen::Matrix<double, 1, 1>(torque_weight); }

}  // namespace fm
