#include "libfm/expert/baselines.hpp"

#include <cmath>

namespace fm {
namespace {

double draw_within(const Dimension& d, Draws& draws) {
  if (d.is_bounded()) return draws.uniform(d.low, d.high);
  if (std::isfinite(d.low)) return d.low - std::log(1.0 - draws.uniform());
  if (std::isfinite(d.high)) return d.high + std::log(1.0 - draws.uniform());
  return draws.normal();
}

}  // namespace

void ZeroPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  output.actions.setZero(input.observations.rows(), size_);
}

void RandomPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index rows = input.observations.rows();
  output.actions.resize(rows, static_cast<Eigen::Index>(actions_.size()));
  for (Eigen::Index i = 0; i < rows; ++i) {
    Draws draws = stream_.at(input.episodes[i], input.steps[i]);
    for (std::size_t j = 0; j < actions_.size(); ++j) {
      output.actions(i, j) = static_cast<float>(draw_within(actions_[j], draws));
    }
  }
}

}  // namespace fm
