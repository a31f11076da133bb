#include "libfm/expert/baselines.hpp"

namespace fm {

void ZeroPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  output.actions.setZero(input.observations.rows(), size_);
  output.extras.resize(input.observations.rows(), 0);
}

void RandomPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index rows = input.observations.rows();
  output.actions.resize(rows, static_cast<Eigen::Index>(actions_.size()));
  output.extras.resize(rows, 0);
  for (Eigen::Index i = 0; i < rows; ++i) {
    Draws draws = stream_.at(input.episodes[i], input.steps[i]);
    for (std::size_t j = 0; j < actions_.size(); ++j) {
      output.actions(i, j) = static_cast<float>(draws.uniform(actions_[j].low, actions_[j].high));
    }
  }
}

}  // namespace fm
