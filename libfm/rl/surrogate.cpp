#include "libfm/rl/surrogate.hpp"

#include "libfm/core/statistics.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

/// On the CPU in double, contiguous, without its graph.
at::Tensor on_host(const at::Tensor& x) { return x.detach().to(at::kCPU, at::kDouble).contiguous(); }

/// A loss and its derivative.
struct Term {
  double loss, slope;
};

/// By the logarithm of the ratio.
Term clipped(double ratio, double advantage, double clip) {
  const double gain = ratio * advantage, limit = std::clamp(ratio, 1.0 - clip, 1.0 + clip) * advantage;
  return limit < gain ? Term{-limit, 0.0} : Term{-gain, -gain};
}

Term penalised(double ratio, double advantage, double clip) {
  const double gain = ratio * advantage, weight = std::abs(advantage) / clip, away = ratio - 1.0;
  return {-gain + 0.5 * weight * away * away, -gain + weight * away * ratio};
}

/// By the value.
Term squared(double value, double target, double before, double clip) {
  const double error = value - target;
  if (clip == 0.0) return {0.5 * error * error, error};
  const double near = before + std::clamp(value - before, -clip, clip) - target;
  return std::abs(near) > std::abs(error) ? Term{0.5 * near * near, 0.0} : Term{0.5 * error * error, error};
}

}  // namespace

SurrogateLoss policy_loss(const std::string& objective, const at::Tensor& log_ratio, std::span<const double> advantages,
                          double clip) {
  const at::NoGradGuard no_grad;
  const bool penalises = objective == "aspo";
  const std::int64_t per_row = log_ratio.size(1);
  const at::Tensor logs = on_host(log_ratio), gradient = at::empty(logs.sizes(), logs.options());
  const double* from = logs.const_data_ptr<double>();
  double* to = gradient.mutable_data_ptr<double>();
  const auto count = static_cast<double>(logs.numel());
  SurrogateLoss sum;
  for (std::int64_t i = 0; i < logs.numel(); ++i) {
    const double ratio = std::exp(from[i]), advantage = advantages[static_cast<std::size_t>(i / per_row)];
    const Term term =
        penalises && advantage < 0.0 ? penalised(ratio, advantage, clip) : clipped(ratio, advantage, clip);
    to[i] = term.slope / count;
    sum.loss += term.loss / count;
    sum.kl += (ratio - 1.0 - from[i]) / count;
    sum.clip_fraction += std::abs(ratio - 1.0) > clip ? 1.0 / count : 0.0;
  }
  sum.gradient = gradient.to(log_ratio.options());
  return sum;
}

ValueLoss value_loss(const at::Tensor& values, std::span<const double> targets, std::span<const double> before,
                     double clip) {
  const at::NoGradGuard no_grad;
  const at::Tensor now = on_host(values), gradient = at::empty(now.sizes(), now.options());
  const double* from = now.const_data_ptr<double>();
  double* to = gradient.mutable_data_ptr<double>();
  const auto count = static_cast<double>(targets.size());
  ValueLoss sum;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Term term = squared(from[i], targets[i], before[i], clip);
    to[i] = term.slope / count;
    sum.loss += term.loss / count;
  }
  sum.gradient = gradient.to(values.options());
  return sum;
}

void standardise(std::span<double> advantages) {
  const double centre = mean(advantages);
  const double spread = advantages.size() > 1 ? standard_deviation(advantages) : 0.0;
  for (double& x : advantages) x = (x - centre) / (spread + 1e-8);
}

}  // namespace fm
