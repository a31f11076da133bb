#include "libfm/rl/gaussian_actor.hpp"

#include "libfm/rl/gaussian_density.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

namespace fm {

GaussianActor::GaussianActor(std::shared_ptr<PolicyModel> policy, const GaussianActorOptions& options)
    : Actor(std::move(policy)), actions_(std::ssize(this->policy().description().spec.actions)) {
  log_deviations_ = register_parameter("log_deviations", at::full({actions_}, std::log(options.deviation), at::kFloat));
}

at::Tensor GaussianActor::mean(const Condition& condition) const {
  const at::Tensor no_noise =
      at::zeros({condition.observations.size(0), policy().noises(), 1, actions_}, condition.observations.options());
  return policy().sample(condition, no_noise).flatten(1);
}

Actor::Sample GaussianActor::sample(const Condition& condition, const at::Tensor& noise) const {
  const at::Tensor actions = mean(condition) + log_deviations_.exp() * noise;
  const at::Tensor log_probability = log_density_of_standard(noise, log_deviations_);
  return {actions, at::cat({actions, log_probability.unsqueeze(-1)}, -1)};
}

Actor::Evaluation GaussianActor::evaluate(const Condition& condition, const at::Tensor& record) const {
  const at::Tensor actions = record.slice(1, 0, actions_), before = record.slice(1, actions_);
  const at::Tensor now = log_density(actions, mean(condition), log_deviations_).unsqueeze(-1);
  return {now - before, mean_entropy(log_deviations_)};
}

}  // namespace fm
