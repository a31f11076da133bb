#include "libfm/pendulum/two_modes.hpp"

#include "libfm/env/rollout.hpp"

#include <cmath>

namespace fm {
namespace {

double entropy_bits(double share) {
  return share <= 0.0 || share >= 1.0 ? 0.0 : -share * std::log2(share) - (1.0 - share) * std::log2(1.0 - share);
}

/// By how much the angle has changed, rad, from its observed cosines and sines: it turns by less than pi in a step.
double turned(const Episode& e) {
  double sum = 0.0;
  for (Eigen::Index t = 0; t < e.steps(); ++t) {
    const auto before = e.observations.row(t), after = e.observations.row(t + 1);
    sum += std::atan2(before[0] * after[1] - before[1] * after[0], before[0] * after[0] + before[1] * after[1]);
  }
  return sum;
}

}  // namespace

std::map<std::string, double> TwoModesTask::metrics(std::span<const Episode> episodes) {
  int up = 0, forwards = 0;
  for (const Episode& e : episodes) {
    if (!e.success) continue;
    ++up;
    if (turned(e) > 0.0) ++forwards;
  }
  return {{"direction_entropy_bits", up == 0 ? 0.0 : entropy_bits(static_cast<double>(forwards) / up)}};
}

}  // namespace fm
