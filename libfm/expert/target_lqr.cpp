#include "libfm/expert/target_lqr.hpp"

#include "libfm/expert/riccati.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

TargetLqr::TargetLqr(const TargetLqrOptions& options, const PendulumOptions& pendulum)
    : options_(options), model_(pendulum), swing_up_(options.swing_up, pendulum) {}

void TargetLqr::reset(int copies, std::span<const int> rows) { swing_up_.reset(copies, rows); }

void TargetLqr::act(const PolicyInput& input, PolicyOutput& output) {
  swing_up_.act(input, output);
  for (Eigen::Index i = 0; i < input.observations.rows(); ++i) {
    const PendulumState state = pendulum_state(input.observations, i);
    if (std::abs(state.theta) > options_.swing_up.catch_angle || std::abs(state.omega) > options_.slow) continue;
    output.actions(i, 0) = static_cast<float>(approach(state, input.goals(i, 0)));
  }
}

double TargetLqr::approach(const PendulumState& state, double target) const {
  const double ahead = std::clamp(target - state.theta, -options_.step, options_.step), rest = state.theta + ahead;
  const Eigen::RowVector2d gain = lqr_gain(model_.A(rest), model_.B(), PendulumModel::Q(), PendulumModel::R());
  const double torque = model_.holding_torque(rest) + gain[0] * ahead - gain[1] * state.omega;
  return std::clamp(torque, -model_.max_torque, model_.max_torque);
}

}  // namespace fm
