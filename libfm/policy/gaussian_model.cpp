#include "libfm/policy/gaussian_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <numbers>

namespace fm {
namespace {

/// The head has K (1 + 2 A) outputs for each action of the chunk; the logits of the weights are averaged over the
/// chunk. Its inputs are observations and goal; in format 1 also zeros for z and the time 0.
NetworkSizes head_sizes(const PolicyDescription& d) {
  NetworkSizes sizes = network_sizes(d);
  sizes.outputs = d.policy.gaussian.components * (1 + 2 * sizes.actions);
  const bool has_z = d.format_version == 1;
  sizes.actions = has_z ? *sizes.outputs : 0;
  sizes.times = has_z ? 1 : 0;
  return sizes;
}

}  // namespace

GaussianModel::GaussianModel(const PolicyDescription& description, const RandomStream& init)
    : PolicyModel(description) {
  net_ = add_network("net", head_sizes(description), init);
  set_sampler(description.sampler);
}

GaussianModel::Mixture GaussianModel::mixture(const Condition& condition) const {
  const NetworkSizes head = head_sizes(description_);
  const std::int64_t rows = condition.observations.size(0), k = description_.policy.gaussian.components;
  const auto options = condition.observations.options();
  const at::Tensor y = head.actions == 0 ? net_->forward(condition)
                                         : net_->forward(at::zeros({rows, head.action_horizon, head.actions}, options),
                                                         at::zeros({rows, 1}, options), condition);
  const at::Tensor out = y.view({rows, head.action_horizon, k, -1});
  const std::int64_t actions = (out.size(-1) - 1) / 2;
  const auto by_component = [](const at::Tensor& x) { return x.transpose(1, 2).flatten(2); };
  const double min_log_scale = std::log(description_.policy.gaussian.smallest_scale);
  return {at::log_softmax(out.select(-1, 0).mean(1), -1), by_component(out.slice(-1, 1, 1 + actions)),
          by_component(out.slice(-1, 1 + actions)).clamp(min_log_scale, 3.0)};
}

at::Tensor GaussianModel::log_probability(const Condition& condition, const at::Tensor& actions,
                                          const at::Tensor&) const {
  const Mixture m = mixture(condition);
  const at::Tensor x = (actions.flatten(1).unsqueeze(1) - m.means) * (-m.log_scales).exp();
  const double constant = 0.5 * std::log(2.0 * std::numbers::pi);
  return at::logsumexp(m.log_weights - (0.5 * x.square() + m.log_scales + constant).sum(-1), {-1});
}

at::Tensor GaussianModel::losses(const Batch& batch, const RandomStream&, std::uint64_t) const {
  const auto size = static_cast<double>(batch.actions.numel() / batch.actions.size(0));
  return -log_probability(batch.condition, batch.actions) / size;
}

at::Tensor GaussianModel::sample(const Condition& condition, const at::Tensor& noise) const {
  const Mixture m = mixture(condition);
  const at::Tensor normal = noise.select(1, 0).flatten(1).slice(1, 0, 1);
  const at::Tensor uniform = 0.5 * (1.0 + at::erf(normal / std::numbers::sqrt2));
  const at::Tensor below = (m.log_weights.exp().cumsum(-1) < uniform).sum(-1, true);
  const at::Tensor chosen = below.clamp_max(m.log_weights.size(1) - 1).unsqueeze(-1).expand({-1, 1, m.means.size(-1)});
  const at::Tensor mean = m.means.gather(1, chosen).squeeze(1), scale = m.log_scales.gather(1, chosen).squeeze(1).exp();
  const at::Tensor actions = mean + description_.sampler.temperature * scale * noise.select(1, 1).flatten(1);
  return actions.view(noise.select(1, 0).sizes());
}

}  // namespace fm
