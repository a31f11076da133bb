#include "libfm/core/statistics.hpp"

#include "libfm/core/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace fm {
namespace {

double sorted_quantile(const std::vector<double>& sorted, double p) {
  const double h = static_cast<double>(sorted.size() - 1) * p;
  const std::size_t below = static_cast<std::size_t>(h);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (h - std::floor(h)) * (sorted[above] - sorted[below]);
}

double resampled_mean(std::span<const double> values, Draws draws) {
  const std::uint32_t n = static_cast<std::uint32_t>(values.size());
  double sum = 0.0;
  for (std::uint32_t i = 0; i < n; ++i) sum += values[draws.below(n)];
  return sum / n;
}

}  // namespace

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  const double centre = mean(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double quantile(std::span<const double> values, double p) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted_quantile(sorted, p);
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  std::vector<double> result(a.begin(), a.end());
  for (std::size_t i = 0; i < b.size(); ++i) result[i] -= b[i];
  return result;
}

Interval bootstrap_mean(std::span<const double> values, const RandomStream& stream, const BootstrapOptions& options) {
  std::vector<double> means(static_cast<std::size_t>(options.resamples));
  for_each_block(options.resamples, 100, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      means[r] = resampled_mean(values, stream.at(static_cast<std::uint64_t>(r)));
    }
  });
  std::sort(means.begin(), means.end());
  return {sorted_quantile(means, (1.0 - options.confidence) / 2.0),
          sorted_quantile(means, (1.0 + options.confidence) / 2.0)};
}

}  // namespace fm
