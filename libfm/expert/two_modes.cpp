#include "libfm/expert/two_modes.hpp"

#include "libfm/env/angle.hpp"

#include <numbers>

namespace fm {

void TwoModesExpert::reset(int copies, std::span<const int> rows) {
  rows_.resize(static_cast<std::size_t>(copies));
  for (const int row : rows) rows_[static_cast<std::size_t>(row)] = {};
}

void TwoModesExpert::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index n = input.observations.rows();
  output.actions.resize(n, 1);
  output.extras.resize(n, 0);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    output.actions(i, 0) =
        static_cast<float>(torque(pendulum_state(input.observations, i), input.episodes[k], rows_[k]));
  }
}

double TwoModesExpert::torque(const PendulumState& seen, std::uint64_t episode, Row& row) const {
  constexpr double pi = std::numbers::pi;
  if (row.fresh) row = {.fresh = false, .mirrored = coin_.at(episode).uniform() < 0.5, .theta = pi};
  row.theta += wrap_angle(seen.theta - row.theta);
  return row.mirrored ? -torque_({2.0 * pi - row.theta, -seen.omega}) : torque_({row.theta, seen.omega});
}

}  // namespace fm
