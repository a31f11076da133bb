#include "libfm/expert/swing_up_lqr.hpp"

#include "libfm/core/error.hpp"
#include "libfm/expert/energy_swing_up.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

SwingUpLqr::SwingUpLqr(const SwingUpLqrOptions& options, const PendulumOptions& pendulum)
    : options_(options), pendulum_(pendulum), balance_(PendulumModel(pendulum)) {
  if (options.release_angle < options.catch_angle) {
    throw_input_error("expert.swing_up_lqr.release_angle: {} is less than catch_angle, {}; make it at least that",
                      options.release_angle, options.catch_angle);
  }
}

void SwingUpLqr::reset(int copies, std::span<const int> rows) {
  balancing_.resize(static_cast<std::size_t>(copies), 0);
  for (const int row : rows) balancing_[row] = 0;
}

void SwingUpLqr::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index rows = input.observations.rows();
  output.actions.resize(rows, 1);
  for (Eigen::Index i = 0; i < rows; ++i) {
    output.actions(i, 0) = static_cast<float>(torque(pendulum_state(input.observations, i), balancing_[input.copy(i)]));
  }
}

double SwingUpLqr::torque(const PendulumState& state, std::uint8_t& balancing) const {
  balancing = std::abs(state.theta) < (balancing != 0 ? options_.release_angle : options_.catch_angle);
  if (balancing == 0) return energy_swing_up_torque(pendulum_, options_.energy_gain, state);
  return std::clamp(balance_.torque(state), -pendulum_.max_torque, pendulum_.max_torque);
}

}  // namespace fm
