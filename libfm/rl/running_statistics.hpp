#pragma once
// Means and variances over all rows so far, for normalisers that follow the policy.

#include "libfm/env/environment.hpp"
#include "libfm/policy_spec/normalisation.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fm {

/// Of the columns of rows (Chan, Golub, LeVeque 1983).
class RunningStatistics {
 public:
  explicit RunningStatistics(std::size_t columns) : mean_(columns, 0.0), squares_(columns, 0.0) {}

  void add(const Matrix& rows);

  double count() const { return count_; }
  double mean(std::size_t column) const { return mean_[column]; }
  /// Of the population; 0 before the first row.
  double variance(std::size_t column) const { return count_ > 0.0 ? squares_[column] / count_ : 0.0; }

  /// Mean 0 and standard deviation 1; a column that has varied by less than `least` is scaled by it. The identity before
  /// the first row.
  Normalisation normalisation(double least = 0.01) const;

  /// count, means, and sums of squared deviations, for a checkpoint.
  std::vector<double> state() const;
  void restore(std::span<const double> state);

 private:
  double count_ = 0.0;
  std::vector<double> mean_, squares_;
};

/// Divides rewards by the standard deviation of the discounted return (Engstrom et al. 2020): the sum of rewards of a
/// copy's episode so far, each discounted by the steps since.
class RewardScale {
 public:
  RewardScale(int copies, double discount)
      : discount_(discount), returns_(static_cast<std::size_t>(copies), 0.0), statistics_(1) {}

  /// Takes the segment's rewards into account, then scales and clips them to +-10.
  /// @param rewards (T N), row t N + i of copy i
  /// @param ends (T N), whether the episode ended with the row
  std::vector<double> scale(std::span<const double> rewards, std::span<const std::uint8_t> ends);

  std::vector<double> state() const;
  void restore(std::span<const double> state);

 private:
  double discount_;
  std::vector<double> returns_;  ///< by copy
  RunningStatistics statistics_;
};

}  // namespace fm
