#pragma once
// The logarithm of a Gaussian density with independent dimensions.

#include <ATen/TensorOperators.h>

#include <cmath>
#include <numbers>

namespace fm {

/// sum_j log N(x_j; mean_j, exp(log_deviation_j)^2) of x = mean + exp(log_deviation) standard.
/// @param standard (..., D)
/// @param log_deviations of a shape that broadcasts with it
/// @return (...)
inline at::Tensor log_density_of_standard(const at::Tensor& standard, const at::Tensor& log_deviations) {
  const double constant = 0.5 * std::log(2.0 * std::numbers::pi);
  return -(0.5 * standard.square() + log_deviations + constant).sum(-1);
}

/// The same of x (..., D).
inline at::Tensor log_density(const at::Tensor& x, const at::Tensor& mean, const at::Tensor& log_deviations) {
  return log_density_of_standard((x - mean) * (-log_deviations).exp(), log_deviations);
}

/// The entropy per dimension, averaged over all rows, a scalar.
inline at::Tensor mean_entropy(const at::Tensor& log_deviations) {
  return log_deviations.mean() + 0.5 * (1.0 + std::log(2.0 * std::numbers::pi));
}

}  // namespace fm
