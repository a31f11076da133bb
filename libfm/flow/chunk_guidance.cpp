#include "libfm/flow/chunk_guidance.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/nan_to_num.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <numbers>

namespace fm {
namespace {

/// min(beta, c(t)), (N). At the ends of a path c is infinite, or has the form 0 / 0: beta.
at::Tensor guidance_weight(const PathPoint<at::Tensor>& p, double most) {
  const at::Tensor c = (p.alpha_dot / p.alpha - p.sigma_dot / p.sigma) * (p.alpha.square() + p.sigma.square());
  return at::nan_to_num(c, most, most).clamp_max(most);
}

}  // namespace

std::vector<double> overlap_weights(int horizon, int delay, int executed) {
  std::vector<double> weights;
  for (int i = 0; i < horizon; ++i) {
    const double c = static_cast<double>(horizon - executed - i) / (horizon - executed - delay + 1);
    const double falling = c > 0.0 ? c * std::expm1(c) / (std::numbers::e - 1.0) : 0.0;
    weights.push_back(i < delay ? 1.0 : falling);
  }
  return weights;
}

at::Tensor guided_velocity(const LearnedFlow& flow, const ChunkGuidance& guidance, const at::Tensor& z,
                           const at::Tensor& t) {
  const at::AutoGradMode with_gradient(true);
  const at::Tensor state = z.detach().requires_grad_();
  const PathEnds ends = flow.ends(state, t);
  const at::Tensor error = guidance.weights * (guidance.last - ends.x1.detach());
  const at::Tensor towards = torch::autograd::grad({ends.x1}, {state}, {error})[0];
  const PathPoint<at::Tensor> point = flow.prediction().at(t);
  const at::Tensor velocity = path_velocity(point, ends.x1.detach(), ends.z0.detach());
  return velocity + per_row(guidance_weight(point, guidance.most), z) * towards;
}

}  // namespace fm
