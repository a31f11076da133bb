#include "libfm/expert/two_modes.hpp"

#include "libfm/simd/angle.hpp"

#include <cmath>
#include <numbers>

namespace fm {

void TwoModesExpert::reset(int copies, std::span<const int> rows) {
  rows_.resize(static_cast<std::size_t>(copies));
  for (const int row : rows) rows_[static_cast<std::size_t>(row)] = {};
}

void TwoModesExpert::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index n = input.observations.rows();
  output.actions.resize(n, 1);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    output.actions(i, 0) = static_cast<float>(torque(pendulum_state(input.observations, i), input.episodes[k],
                                                     rows_[static_cast<std::size_t>(input.copy(i))]));
  }
}

double TwoModesExpert::torque(const PendulumState& seen, std::uint64_t episode, Row& row) const {
  constexpr double pi = std::numbers::pi;
  if (row.fresh) row = {.fresh = false, .mirrored = coin_.at(episode).uniform() < 0.5, .theta = pi};
  // A jump of half a turn, as from hanging to upright, is unwrapped towards the upright of the row's own side.
  row.theta += row.mirrored ? -wrap_angle(row.theta - seen.theta) : wrap_angle(seen.theta - row.theta);
  const PendulumState straight{row.theta, seen.omega}, mirrored{2.0 * pi - row.theta, -seen.omega};
  const double lead = torque_.cost_to_go(straight) - torque_.cost_to_go(mirrored);
  if (std::abs(lead) > margin_) row.mirrored = lead > 0.0;
  return row.mirrored ? -torque_(mirrored) : torque_(straight);
}

}  // namespace fm
