#include "libfm/study/aggregate.hpp"

#include "libfm/core/parallel.hpp"

#include <algorithm>

namespace fm {
namespace {

/// How often each of n is drawn, in n draws with replacement.
std::vector<double> drawn_counts(std::size_t n, Draws& draws) {
  std::vector<double> counts(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) ++counts[draws.below(static_cast<std::uint32_t>(n))];
  return counts;
}

double weighted_mean(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
  return sum / static_cast<double>(values.size());
}

double weighted_mean(const Strata& runs, const std::vector<double>& run_weights, const std::vector<double>& weights) {
  std::vector<double> means;
  for (const auto& run : runs) means.push_back(weighted_mean(run, weights));
  return weighted_mean(means, run_weights);
}

/// Fills resample r with compute(r), in parallel.
template <class Compute>
std::vector<double> resample(int resamples, const Compute& compute) {
  std::vector<double> values(static_cast<std::size_t>(resamples));
  for_each_block(resamples, 100, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      values[static_cast<std::size_t>(r)] = compute(static_cast<std::uint64_t>(r));
  });
  return values;
}

}  // namespace

double interquartile_mean(std::span<const double> scores) {
  std::vector<double> sorted(scores.begin(), scores.end());
  std::ranges::sort(sorted);
  const std::size_t cut = sorted.size() / 4;
  return mean(std::span(sorted).subspan(cut, sorted.size() - 2 * cut));
}

double probability_of_improvement(std::span<const double> a, std::span<const double> b) {
  double greater = 0.0;
  for (const double x : a) {
    for (const double y : b) greater += x > y ? 1.0 : x == y ? 0.5 : 0.0;
  }
  return greater / static_cast<double>(a.size() * b.size());
}

std::vector<double> performance_profile(std::span<const double> scores, std::span<const double> thresholds) {
  std::vector<double> shares;
  for (const double threshold : thresholds) {
    const auto above = std::ranges::count_if(scores, [&](double score) { return score > threshold; });
    shares.push_back(static_cast<double>(above) / static_cast<double>(scores.size()));
  }
  return shares;
}

Interval percentile_interval(std::vector<double> resampled, double confidence) {
  return {quantile(resampled, (1.0 - confidence) / 2.0), quantile(resampled, (1.0 + confidence) / 2.0)};
}

Interval stratified_bootstrap(const Strata& strata, const std::function<double(const Strata&)>& statistic,
                              const RandomStream& stream, const BootstrapOptions& options) {
  const auto compute = [&](std::uint64_t r) {
    Draws draws = stream.at(r);
    Strata drawn = strata;
    for (std::size_t s = 0; s < strata.size(); ++s) {
      const auto size = static_cast<std::uint32_t>(strata[s].size());
      for (double& score : drawn[s]) score = strata[s][draws.below(size)];
    }
    return statistic(drawn);
  };
  return percentile_interval(resample(options.resamples, compute), options.confidence);
}

PairedDifference paired_difference(const Strata& a, const Strata& b, const RandomStream& stream,
                                   const BootstrapOptions& options) {
  const std::size_t starts = a.front().size();
  const auto compute = [&](std::uint64_t r) {
    Draws draws = stream.at(r);
    const auto runs_a = drawn_counts(a.size(), draws), runs_b = drawn_counts(b.size(), draws);
    const auto drawn_starts = drawn_counts(starts, draws);
    return weighted_mean(a, runs_a, drawn_starts) - weighted_mean(b, runs_b, drawn_starts);
  };
  const auto once = [](std::size_t n) { return std::vector<double>(n, 1.0); };
  return {weighted_mean(a, once(a.size()), once(starts)) - weighted_mean(b, once(b.size()), once(starts)),
          percentile_interval(resample(options.resamples, compute), options.confidence)};
}

}  // namespace fm
