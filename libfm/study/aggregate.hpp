#pragma once
// Statistics over the scores of several runs, which are few and may have outliers (Agarwal et al. 2021, "Deep
// reinforcement learning at the edge of the statistical precipice"; their implementation is rliable).

#include "libfm/core/random.hpp"
#include "libfm/core/statistics.hpp"

#include <functional>
#include <span>
#include <vector>

namespace fm {

// All functions require finite scores, at least one of each.

/// The mean of the middle half: of n sorted scores without the floor(n / 4) least and greatest.
double interquartile_mean(std::span<const double> scores);

/// The probability that a score of a is greater than one of b; equal ones count half (Mann and Whitney 1947).
double probability_of_improvement(std::span<const double> a, std::span<const double> b);

/// The share of scores above each threshold.
std::vector<double> performance_profile(std::span<const double> scores, std::span<const double> thresholds);

/// Samples that are drawn from separately: the runs of each group.
using Strata = std::vector<std::vector<double>>;

/// The percentile interval of statistics of resampled scores.
Interval percentile_interval(std::vector<double> resampled, double confidence);

/// The stratified percentile bootstrap: each resample draws from every stratum as many scores as it has, with
/// replacement. Resample r draws at position r of the stream.
Interval stratified_bootstrap(const Strata& strata, const std::function<double(const Strata&)>& statistic,
                              const RandomStream& stream, const BootstrapOptions& options = {});

/// The mean score of a run in group a less that of a run in group b, which were evaluated from the same starts.
/// @param a, b (runs, starts): the return of every episode; the columns of both belong to the same starts
/// @return the difference with a bootstrap interval that draws runs of both groups and starts (Owen 2007); of one run in
/// each, the paired bootstrap over starts
struct PairedDifference {
  double mean = 0.0;
  Interval interval;
};
PairedDifference paired_difference(const Strata& a, const Strata& b, const RandomStream& stream,
                                   const BootstrapOptions& options = {.resamples = 2000});

}  // namespace fm
