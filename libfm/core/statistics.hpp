#pragma once
// Figures over a sample: mean, spread, quantiles, and a confidence interval of the mean without assuming a law.

#include "libfm/core/random.hpp"

#include <span>
#include <vector>

namespace fm {

/// Every function wants at least one value, standard_deviation two; values are finite.
double mean(std::span<const double> values);

/// sqrt(sum (x - mean)^2 / (n - 1)).
double standard_deviation(std::span<const double> values);

/// The value below which a share p of the sample lies, linear between order statistics: with h = (n - 1) p,
/// x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h]) (Hyndman and Fan 1996, type 7).
/// @param p in [0, 1]
double quantile(std::span<const double> values, double p);

/// a - b, pair by pair.
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
/// For paired samples give the differences.
Interval bootstrap_mean(std::span<const double> values, const RandomStream& stream,
                        const BootstrapOptions& options = {});

}  // namespace fm
