#include "libfm/pendulum/two_modes.hpp"

#include "libfm/env/rollout.hpp"

namespace fm {
namespace {

double entropy_bits(double share) {
  return share <= 0.0 || share >= 1.0 ? 0.0 : -share * std::log2(share) - (1.0 - share) * std::log2(1.0 - share);
}

}  // namespace

std::map<std::string, double> TwoModesTask::metrics(std::span<const Episode> episodes) {
  int up = 0, forwards = 0;
  for (const Episode& e : episodes) {
    if (!e.success) continue;
    ++up;
    // Angles are not wrapped: hanging is pi, upright 0 on one side and 2 pi on the other.
    if (e.states(e.steps(), 0) > e.states(0, 0)) ++forwards;
  }
  return {{"direction_entropy_bits", up == 0 ? 0.0 : entropy_bits(static_cast<double>(forwards) / up)}};
}

}  // namespace fm
