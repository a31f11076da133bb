#pragma once
// The times that a solver steps through. Sampling and log-probability share one grid.

#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// uniform: evenly; cosine: (1 - cos pi x) / 2, densest at both ends; quadratic: x^2, densest at the noise;
/// reversed_quadratic: 1 - (1 - x)^2, densest at the data. x = i / steps.
std::vector<std::string> grid_names();

/// steps + 1 times, monotone; may run backwards.
class TimeGrid {
 public:
  /// i / steps mapped to [begin, end]. Each time is computed directly, so that rounding errors do not accumulate and
  /// the last one is exactly `end`.
  static TimeGrid uniform(int steps, double begin = 0.0, double end = 1.0) {
    return named("uniform", steps, begin, end);
  }

  /// @throws InputError for an unknown name or fewer than one step.
  static TimeGrid named(std::string_view name, int steps, double begin = 0.0, double end = 1.0);

  int steps() const { return static_cast<int>(times_.size()) - 1; }
  double operator[](int i) const { return times_[static_cast<std::size_t>(i)]; }
  const std::vector<double>& times() const { return times_; }
  TimeGrid reversed() const;

 private:
  explicit TimeGrid(std::vector<double> times) : times_(std::move(times)) {}

  std::vector<double> times_;
};

}  // namespace fm
