#include "libfm/flow/log_probability.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <numbers>

namespace fm {
namespace {

/// w' (dv/dz), shaped as z.
at::Tensor vector_jacobian(const at::Tensor& v, const at::Tensor& z, const at::Tensor& w) {
  return torch::autograd::grad({v}, {z}, {w}, /*retain_graph=*/true)[0];
}

template <class Estimate>
Divergence differentiate(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t, Estimate estimate) {
  const at::AutoGradMode with_gradient(true);
  const at::Tensor x = z.detach().requires_grad_();
  const at::Tensor v = velocity(x, t);
  return {v.detach(), estimate(v, x)};
}

}  // namespace

Divergence exact_divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t) {
  return differentiate(velocity, z, t, [](const at::Tensor& v, const at::Tensor& x) {
    at::Tensor sum = at::zeros({x.size(0)}, x.options());
    const std::int64_t size = x.numel() / x.size(0);
    for (std::int64_t i = 0; i < size; ++i) {
      at::Tensor unit = at::zeros(x.sizes(), x.options());
      unit.view({x.size(0), size}).select(1, i).fill_(1.0);
      sum = sum + vector_jacobian(v, x, unit).reshape({x.size(0), size}).select(1, i);
    }
    return sum;
  });
}

Divergence estimated_divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t,
                                const at::Tensor& probes) {
  return differentiate(velocity, z, t, [&](const at::Tensor& v, const at::Tensor& x) {
    at::Tensor sum = at::zeros({x.size(0)}, x.options());
    for (std::int64_t k = 0; k < probes.size(0); ++k) {
      sum = sum + (vector_jacobian(v, x, probes[k]) * probes[k]).flatten(1).sum(1);
    }
    return sum / static_cast<double>(probes.size(0));
  });
}

at::Tensor log_probability(const VelocityField& velocity, const at::Tensor& x, const TimeGrid& grid,
                           const ButcherTableau& method, const DivergenceRule& divergence, double noise_scale) {
  const at::NoGradGuard no_grad;
  const std::int64_t rows = x.size(0), size = x.numel() / rows;
  // The state is a row's z followed by the integral of the divergence.
  const auto augmented = [&](const at::Tensor& state, const at::Tensor& t) {
    const Divergence d = divergence(velocity, state.slice(1, 0, size).reshape(x.sizes()), t);
    return at::cat({d.velocity.reshape({rows, size}), d.value.unsqueeze(1)}, 1);
  };
  const at::Tensor begin = at::cat({x.reshape({rows, size}), at::zeros({rows, 1}, x.options())}, 1);
  const at::Tensor end = integrate(augmented, begin, grid.reversed(), method).z;
  const at::Tensor z0 = end.slice(1, 0, size) / noise_scale;
  const double constant = static_cast<double>(size) * (0.5 * std::log(2.0 * std::numbers::pi) + std::log(noise_scale));
  return -0.5 * z0.square().sum(1) - constant + end.select(1, size);
}

}  // namespace fm
