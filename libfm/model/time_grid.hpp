#pragma once
// The times that a solver steps through. One grid is shared by whatever must agree on it: sampling, log-probability.

#include <vector>

namespace fm {

/// steps + 1 times, monotone; may run backwards.
class TimeGrid {
 public:
  /// i / steps mapped to [begin, end], each point computed by itself, so that no rounding adds up and the last is
  /// `end`.
  static TimeGrid uniform(int steps, double begin = 0.0, double end = 1.0);

  int steps() const { return static_cast<int>(times_.size()) - 1; }
  double operator[](int i) const { return times_[static_cast<std::size_t>(i)]; }
  const std::vector<double>& times() const { return times_; }
  TimeGrid reversed() const;

 private:
  explicit TimeGrid(std::vector<double> times) : times_(std::move(times)) {}

  std::vector<double> times_;
};

}  // namespace fm
