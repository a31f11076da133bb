#include "libfm/policy/normalising_flow_model.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/draws.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace fm {
namespace {

/// The first half is the larger one for odd sizes. Even layers change the second half.
struct Halves {
  at::Tensor kept;
  at::Tensor changed;
};

Halves halve(const at::Tensor& x, std::size_t layer) {
  const std::int64_t first = (x.size(1) + 1) / 2;
  const at::Tensor a = x.slice(1, 0, first), b = x.slice(1, first);
  return layer % 2 == 0 ? Halves{a, b} : Halves{b, a};
}

at::Tensor join(const Halves& h, std::size_t layer) {
  return layer % 2 == 0 ? at::cat({h.kept, h.changed}, 1) : at::cat({h.changed, h.kept}, 1);
}

/// The condition: observations and goal, (N, C).
at::Tensor joined(const Condition& c) {
  const at::Tensor observations = c.observations.flatten(1);
  return c.goal.defined() ? at::cat({observations, c.goal}, 1) : observations;
}

}  // namespace

NormalisingFlowModel::NormalisingFlowModel(const PolicyDescription& description, const RandomStream& init)
    : PolicyModel(description) {
  const NetworkSizes sizes = network_sizes(description);
  size_ = static_cast<std::int64_t>(sizes.action_horizon) * sizes.actions;
  extra_dimensions_ = size_ == 1 ? 1 : 0;
  const auto all = static_cast<int>(size_ + extra_dimensions_), first = (all + 1) / 2;
  const int condition = sizes.observation_history * sizes.observations + sizes.goals;
  for (int i = 0; i < description.policy.normalising_flow.layers; ++i) {
    const int kept = i % 2 == 0 ? first : all - first;
    // Each coupling layer draws its weights from its own stream.
    const auto layer = std::make_shared<Mlp>(kept + condition, description.network.mlp.hidden, 2 * (all - kept),
                                             init.child(fmt::format("layer {}", i)));
    layers_.push_back(register_module(fmt::format("layer_{}", i), layer));
  }
  set_sampler(description.sampler);
}

std::pair<at::Tensor, at::Tensor> NormalisingFlowModel::affine(std::size_t layer, const at::Tensor& kept,
                                                               const at::Tensor& condition) const {
  const at::Tensor out = layers_[layer]->forward(at::cat({kept, condition}, 1));
  // Scales are limited to between exp(-3) and exp(3), so that no layer diverges.
  return {3.0 * (out.slice(1, 0, out.size(1) / 2) / 3.0).tanh(), out.slice(1, out.size(1) / 2)};
}

at::Tensor NormalisingFlowModel::forward_map(at::Tensor z, const at::Tensor& condition) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    Halves h = halve(z, i);
    const auto [log_scale, shift] = affine(i, h.kept, condition);
    h.changed = h.changed * log_scale.exp() + shift;
    z = join(h, i);
  }
  return z;
}

std::pair<at::Tensor, at::Tensor> NormalisingFlowModel::backward_map(at::Tensor x, const at::Tensor& condition) const {
  at::Tensor log_determinant = at::zeros({x.size(0)}, x.options());
  for (std::size_t i = layers_.size(); i-- > 0;) {
    Halves h = halve(x, i);
    const auto [log_scale, shift] = affine(i, h.kept, condition);
    h.changed = (h.changed - shift) * (-log_scale).exp();
    log_determinant = log_determinant - log_scale.sum(1);
    x = join(h, i);
  }
  return {x, log_determinant};
}

at::Tensor NormalisingFlowModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  at::Tensor x = batch.actions.flatten(1);
  if (extra_dimensions_ > 0) {
    const at::Tensor extra = draw_rows(stream, position, x.size(0), 1, x,
                                       [](Draws& draws, float* row) { row[0] = static_cast<float>(draws.normal()); });
    x = at::cat({x, extra}, 1);
  }
  return -log_density(x, joined(batch.condition)) / static_cast<double>(x.size(1));
}

void NormalisingFlowModel::check_density(const SamplerOptions&) const {
  if (extra_dimensions_ == 0) return;
  throw_input_error(
      "eval.log_probability: policy 'normalising_flow' has no density for a single action number, only for two or "
      "more; "
      "set false");
}

at::Tensor NormalisingFlowModel::log_probability(const Condition& condition, const at::Tensor& actions,
                                                 const at::Tensor&) const {
  check_density(description_.sampler);
  return log_density(actions.flatten(1), joined(condition));
}

at::Tensor NormalisingFlowModel::log_density(const at::Tensor& x, const at::Tensor& condition) const {
  const auto [z, log_determinant] = backward_map(x, condition);
  const double constant = 0.5 * std::log(2.0 * std::numbers::pi);
  return log_determinant - (0.5 * z.square() + constant).sum(1);
}

at::Tensor NormalisingFlowModel::sample(const Condition& condition, const at::Tensor& noise) const {
  count_evaluation();
  const at::Tensor z = description_.sampler.temperature * noise.flatten(1);  // followed by the extra dimension, if any
  return forward_map(z, joined(condition)).slice(1, 0, size_).view(noise.select(1, 0).sizes());
}

}  // namespace fm
