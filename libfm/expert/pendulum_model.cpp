#include "libfm/expert/pendulum_model.hpp"

#include "libfm/simd/angle.hpp"

#include <cmath>

namespace fm {

PendulumState pendulum_state(const Matrix& observations, Eigen::Index row) {
  return {.theta = std::atan2(static_cast<double>(observations(row, 1)), static_cast<double>(observations(row, 0))),
          .omega = observations(row, 2)};
}

Eigen::Matrix2d PendulumModel::A(double angle) const {
  const double kick = gravity_gain * sin_cos(angle).cosine * time_step;
  return Eigen::Matrix2d{{1.0 + kick * time_step, time_step}, {kick, 1.0}};
}

Eigen::Vector2d PendulumModel::B() const {
  const double kick = torque_gain * time_step;
  return {kick * time_step, kick};
}

Eigen::Matrix2d PendulumModel::Q() { return Eigen::Vector2d(1.0, speed_weight).asDiagonal(); }

Eigen::Matrix<double, 1, 1> PendulumModel::R() { return Eigen::Matrix<double, 1, 1>(torque_weight); }

double PendulumModel::holding_torque(double angle) const { return -gravity_gain / torque_gain * sin_cos(angle).sine; }

}  // namespace fm
