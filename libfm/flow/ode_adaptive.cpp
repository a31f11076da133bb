#include "libfm/flow/ode.hpp"

#include "libfm/core/error.hpp"
#include "libfm/flow/path.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/where.h>

#include <cmath>

namespace fm {
namespace {

/// sum_j w_j k_j, without terms where w_j = 0; undefined if there are none.
at::Tensor weighted(const std::vector<double>& weights, const std::vector<at::Tensor>& k) {
  at::Tensor sum;
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] != 0.0) sum = sum.defined() ? sum + weights[j] * k[j] : weights[j] * k[j];
  }
  return sum;
}

std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a);
  for (std::size_t i = 0; i < b.size(); ++i) result[i] -= b[i];
  return result;
}

struct Step {
  at::Tensor z;      ///< after the step
  at::Tensor error;  ///< (N), relative to the tolerance
};

/// A step of length h (N) from t (N), signed.
Step try_step(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t, const at::Tensor& h,
              const ButcherTableau& method, const AdaptiveOptions& options) {
  const at::Tensor lengths = per_row(h, z);
  std::vector<at::Tensor> k;
  for (int i = 0; i < method.stages(); ++i) {
    const at::Tensor moved = weighted(method.a[static_cast<std::size_t>(i)], k);
    k.push_back(velocity(moved.defined() ? z + lengths * moved : z, t + method.c[static_cast<std::size_t>(i)] * h));
  }
  const at::Tensor next = z + lengths * weighted(method.b, k);
  const at::Tensor error = (lengths * weighted(differences(method.b, method.b_embedded), k)).detach();
  const at::Tensor tolerated = options.atol + options.rtol * at::maximum(z.abs(), next.abs()).detach();
  return {next, (error / tolerated).flatten(1).square().mean(1).sqrt()};
}

}  // namespace

OdeSolution integrate_adaptive(const VelocityField& velocity, const at::Tensor& z0, double begin, double end,
                               const ButcherTableau& method, const AdaptiveOptions& options) {
  constexpr double safety = 0.9, slowest = 0.2, fastest = 5.0, first_share = 0.05;
  const double span = end - begin;
  OdeSolution solution{.z = z0};
  at::Tensor t = at::full({z0.size(0)}, begin, z0.options());
  at::Tensor h = at::full_like(t, first_share * span);
  while (true) {
    const at::Tensor rest = end - t, done = rest == 0.0;
    if (done.all().item<bool>()) return solution;
    if (solution.steps == options.max_steps) {
      throw_input_error(
          "sampler.adaptive: {} of {} rows did not reach the end within max_steps = {} steps; raise rtol and "
          "atol, or max_steps",
          (~done).sum().item<std::int64_t>(), z0.size(0), options.max_steps);
    }
    const at::Tensor last = h.abs() >= rest.abs(), length = at::where(last, rest, h);
    const Step step = try_step(velocity, solution.z, t, length, method, options);
    if (!step.error.isfinite().all().item<bool>()) {
      throw_input_error("sampler.adaptive: the velocity is not finite near t = {}",
                        t.index({~step.error.isfinite()})[0].item<double>());
    }
    const at::Tensor accepted = step.error <= 1.0;
    solution.z = at::where(per_row(accepted, z0), step.z, solution.z);
    t = at::where(accepted & last, at::full_like(t, end), at::where(accepted, t + length, t));
    const at::Tensor factor = (safety * (step.error + 1e-10).pow(-1.0 / method.order)).clamp(slowest, fastest);
    h = at::where(last & accepted, h, length * factor);
    solution.nfe += method.stages();
    ++solution.steps;
  }
}

}  // namespace fm
