#include "libfm/rl/running_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

void RunningStatistics::add(const Matrix& rows) {
  if (rows.rows() == 0) return;
  const auto more = static_cast<double>(rows.rows());
  for (std::size_t j = 0; j < mean_.size(); ++j) {
    const auto column = rows.col(static_cast<Eigen::Index>(j));
    const double mean = column.mean(), squares = (column.array() - mean).square().sum(), apart = mean - mean_[j];
    squares_[j] += squares + apart * apart * count_ * more / (count_ + more);
    mean_[j] += apart * more / (count_ + more);
  }
  count_ += more;
}

Normalisation RunningStatistics::normalisation(double least) const {
  if (count_ == 0.0) return identity_normalisation(mean_.size());
  Normalisation normalisation{.offset = mean_, .scale = {}};
  for (std::size_t j = 0; j < mean_.size(); ++j) {
    normalisation.scale.push_back(std::max(least, std::sqrt(variance(j))));
  }
  return normalisation;
}

std::vector<double> RunningStatistics::state() const {
  std::vector<double> state = {count_};
  state.insert(state.end(), mean_.begin(), mean_.end());
  state.insert(state.end(), squares_.begin(), squares_.end());
  return state;
}

void RunningStatistics::restore(std::span<const double> state) {
  count_ = state[0];
  std::ranges::copy(state.subspan(1, mean_.size()), mean_.begin());
  std::ranges::copy(state.subspan(1 + mean_.size(), squares_.size()), squares_.begin());
}

std::vector<double> RewardScale::scale(std::span<const double> rewards, std::span<const std::uint8_t> ends) {
  Matrix returns(std::ssize(rewards), 1);
  for (std::size_t row = 0; row < rewards.size(); ++row) {
    double& sum = returns_[row % returns_.size()];
    sum = discount_ * sum + rewards[row];
    returns(static_cast<Eigen::Index>(row), 0) = sum;
    if (ends[row] != 0) sum = 0.0;
  }
  statistics_.add(returns);
  constexpr double most = 10.0;
  const double deviation = std::sqrt(statistics_.variance(0) + 1e-8);
  std::vector<double> scaled;
  for (const double reward : rewards) scaled.push_back(std::clamp(reward / deviation, -most, most));
  return scaled;
}

std::vector<double> RewardScale::state() const {
  std::vector<double> state = statistics_.state();
  state.insert(state.end(), returns_.begin(), returns_.end());
  return state;
}

void RewardScale::restore(std::span<const double> state) {
  const std::size_t size = state.size() - returns_.size();
  statistics_.restore(state.first(size));
  std::ranges::copy(state.subspan(size), returns_.begin());
}

}  // namespace fm
