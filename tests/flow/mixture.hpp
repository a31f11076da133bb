#pragma once
// A mixture of Gaussians with diagonal covariances as the data: on a path z = alpha x1 + sigma z0 every expectation is
// known. A component has z ~ N(alpha mu, q) with q = alpha^2 s^2 + sigma^2, and within it
//
//   E[x1 | z] = mu + alpha s^2 / q (z - alpha mu),   E[z0 | z] = sigma / q (z - alpha mu);
//
// the components' weights at z are proportional to their weighted densities there.

#include "libfm/core/random.hpp"
#include "libfm/flow/prediction.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <numbers>

namespace fm::test {

struct Mixture {
  at::Tensor weights;     ///< (K), float64
  at::Tensor means;       ///< (K, D)
  at::Tensor deviations;  ///< (K, D)

  std::int64_t dimensions() const { return means.size(1); }

  at::Tensor mean() const { return weights.matmul(means); }

  at::Tensor covariance() const {
    const at::Tensor spread = means - mean();
    return spread.t().matmul(weights.unsqueeze(1) * spread) + (weights.matmul(deviations.square())).diag();
  }

  /// (N) for x (N, D).
  at::Tensor log_density(const at::Tensor& x) const {
    const at::Tensor scaled = (x.unsqueeze(1) - means) / deviations;
    const at::Tensor log_each = -0.5 * scaled.square() - deviations.log() - 0.5 * std::log(2 * std::numbers::pi);
    return at::logsumexp(weights.log() + log_each.sum(-1), {1});
  }

  /// (N, 1, D).
  at::Tensor sample(std::int64_t n, std::uint64_t seed) const {
    at::Tensor x = at::empty({n, 1, dimensions()}, at::kDouble);
    const auto shares = weights.accessor<double, 1>();
    const auto mu = means.accessor<double, 2>(), s = deviations.accessor<double, 2>();
    auto values = x.accessor<double, 3>();
    Draws draws = RandomStream(seed, "mixture").at(0);
    for (std::int64_t i = 0; i < n; ++i) {
      std::int64_t k = 0;
      for (double u = draws.uniform(); k + 1 < weights.size(0) && u >= shares[k]; ++k) u -= shares[k];
      for (std::int64_t j = 0; j < dimensions(); ++j) values[i][0][j] = mu[k][j] + s[k][j] * draws.normal();
    }
    return x;
  }
};

/// One Gaussian, with a mean and deviations of its own in each dimension.
inline Mixture gaussian(std::int64_t dimensions) {
  at::Tensor means = at::empty({1, dimensions}, at::kDouble), deviations = at::empty({1, dimensions}, at::kDouble);
  for (std::int64_t j = 0; j < dimensions; ++j) {
    means[0][j] = 0.8 - 0.3 * static_cast<double>(j);
    deviations[0][j] = 0.5 + 0.1 * static_cast<double>(j % 3);
  }
  return {at::ones({1}, at::kDouble), means, deviations};
}

/// Three components that differ in weight, place and shape.
inline Mixture mixture(std::int64_t dimensions) {
  at::Tensor means = at::empty({3, dimensions}, at::kDouble), deviations = at::empty({3, dimensions}, at::kDouble);
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t j = 0; j < dimensions; ++j) {
      means[k][j] = 1.2 * static_cast<double>(k - 1) * (j % 2 == 0 ? 1.0 : -0.5);
      deviations[k][j] = 0.3 + 0.1 * static_cast<double>((k + j) % 3);
    }
  }
  return {at::tensor({0.5, 0.2, 0.3}, at::kDouble), means, deviations};
}

/// A network that has learned the mixture exactly.
class MixtureNet final : public VelocityNet {
 public:
  MixtureNet(Mixture data, const FlowOptions& options)
      : data_(std::move(data)), prediction_(options), target_(find_target(options.target)) {}

 private:
  at::Tensor output(const at::Tensor& input, const at::Tensor& times, const Condition&) const override {
    const PathPoint<at::Tensor> point = prediction_.at(times.select(1, 0));
    const at::Tensor scale = prediction_.network_input(point, at::ones({input.size(0), 1, 1}, input.options()));
    const at::Tensor alpha = per_row(point.alpha, input), sigma = per_row(point.sigma, input);
    // (N, K, D)
    const at::Tensor from_mean = input / scale - alpha * data_.means;
    const at::Tensor q = (alpha * data_.deviations).square() + sigma.square();
    const at::Tensor log_share = data_.weights.log() - 0.5 * (from_mean.square() / q + q.log()).sum(-1);
    const at::Tensor share = log_share.softmax(1).unsqueeze(-1);
    const at::Tensor x1 = (share * (data_.means + alpha * data_.deviations.square() / q * from_mean)).sum(1, true);
    const at::Tensor z0 = (share * (sigma / q * from_mean)).sum(1, true);
    switch (target_) {
      case Target::velocity:
        return path_velocity(point, x1, z0);
      case Target::data:
        return x1;
      case Target::noise:
        return z0;
      case Target::score:
        return -z0 / sigma;
    }
    throw std::logic_error("unhandled prediction target");
  }

  Mixture data_;
  Prediction prediction_;
  Target target_;
};

/// N(0, 1), float64.
inline at::Tensor normal(at::IntArrayRef sizes, std::uint64_t seed) {
  at::Tensor values = at::empty(sizes, at::kDouble);
  Draws draws = RandomStream(seed, "normal").at(0);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = draws.normal();
  return values;
}

}  // namespace fm::test
