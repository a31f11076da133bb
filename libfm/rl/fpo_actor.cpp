#include "libfm/rl/fpo_actor.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/erf.h>

#include <numbers>

namespace fm {

FpoActor::FpoActor(std::shared_ptr<FlowModel> policy, const FpoOptions& options)
    : Actor(policy), flow_(std::move(policy)), options_(options),
      actions_(std::ssize(flow_->description().spec.actions)) {}

at::Tensor FpoActor::losses(const Condition& condition, const at::Tensor& actions, const at::Tensor& noise,
                            const at::Tensor& times) const {
  const std::int64_t rows = actions.size(0), pairs = options_.pairs;
  const auto repeated = [&](const at::Tensor& x) { return x.defined() ? x.repeat_interleave(pairs, 0) : x; };
  const Condition all{repeated(condition.observations), repeated(condition.goal), repeated(condition.goal_mask)};
  const at::Tensor x1 = repeated(actions).view({rows * pairs, 1, actions_});
  const at::Tensor z0 = noise.reshape({rows * pairs, 1, actions_});
  return flow_->pair_losses(all, x1, z0, times.reshape({rows * pairs}))
      .view({rows, pairs})
      .clamp_max(options_.most_loss);
}

Actor::Sample FpoActor::sample(const Condition& condition, const at::Tensor& noise) const {
  const std::int64_t of_pairs = options_.pairs * actions_;
  const at::Tensor actions =
      policy().sample(condition, noise.slice(1, 0, actions_).view({-1, 1, 1, actions_})).flatten(1);
  const at::Tensor pair_noise = noise.slice(1, actions_, actions_ + of_pairs);
  // Uniform times, from normal numbers by their distribution function; at t = 1 the loss of other targets is singular.
  const TimeInterval interval = flow_->sampler().prediction().interval();
  const at::Tensor uniform = 0.5 * (1.0 + at::erf(noise.slice(1, actions_ + of_pairs) / std::numbers::sqrt2));
  const at::Tensor times = interval.begin + (interval.end - interval.begin) * uniform;
  return {actions, at::cat({actions, pair_noise, times, losses(condition, actions, pair_noise, times)}, 1)};
}

Actor::Evaluation FpoActor::evaluate(const Condition& condition, const at::Tensor& record) const {
  const std::int64_t pairs = options_.pairs;
  const std::vector<at::Tensor> parts = record.split_with_sizes({actions_, pairs * actions_, pairs, pairs}, 1);
  const at::Tensor now = losses(condition, parts[0], parts[1], parts[2]);
  const at::Tensor fall = (parts[3] - now).clamp(-options_.most_difference, options_.most_difference);
  return {options_.ratio_per_pair ? fall : fall.mean(-1, true), {}};
}

}  // namespace fm
