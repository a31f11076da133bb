#pragma once
// Sample statistics: mean, standard deviation, quantiles, and a nonparametric confidence interval of the mean.

#include "libfm/core/random.hpp"

#include <span>
#include <vector>

namespace fm {

// All functions require finite values: at least one, standard_deviation at least two.

double mean(std::span<const double> values);

/// sqrt(sum (x - mean)^2 / (n - 1)).
double standard_deviation(std::span<const double> values);

/// The value below which a fraction p of the sample lies, linear between order statistics: with h = (n - 1) p,
/// x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h]) (Hyndman and Fan 1996, type 7).
/// @param p in [0, 1]
double quantile(std::span<const double> values, double p);

/// The elementwise a - b of two samples of equal size.
std::vector<double> differences(std::span<const double> a, std::span<const double> b);

struct Interval {
  double low = 0.0;
  double high = 0.0;

  bool operator==(const Interval&) const = default;
};

struct BootstrapOptions {
  int resamples = 10000;
  double confidence = 0.95;
};

/// A percentile bootstrap interval of the mean: the quantiles (1 -+ confidence) / 2 of the means of samples drawn from
/// `values` with replacement (Efron and Tibshirani 1993, section 13.3). Resample r draws at position r of the stream.
/// For paired samples, pass their differences.
Interval bootstrap_mean(std::span<const double> values, const RandomStream& stream,
                        const BootstrapOptions& options = {});

}  // namespace fm
