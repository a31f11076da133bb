#include "libfm/policy/policy_model.hpp"

#include "libfm/core/error.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace fm {

PolicyModel::PolicyModel(const PolicyDescription& description) : description_(description) {
  observations_ = register_module("observation_normaliser", std::make_shared<Normaliser>(description.observations));
  actions_ = register_module("action_normaliser", std::make_shared<Normaliser>(description.actions));
  goals_ = register_module("goal_normaliser", std::make_shared<Normaliser>(description.goals));
  visible_ = register_buffer("visible",
                             at::tensor(visible_observations(description.spec, description.policy.hidden), at::kFloat));
  std::vector<double> low, high;
  for (const Dimension& d : description.spec.actions) {
    low.push_back(d.low);
    high.push_back(d.high);
  }
  lowest_ = register_buffer("lowest_action", at::tensor(low, at::kFloat));
  highest_ = register_buffer("highest_action", at::tensor(high, at::kFloat));
}

at::Tensor PolicyModel::executable(const at::Tensor& actions) const {
  return at::clamp(actions_->denormalise(actions), lowest_, highest_);
}

at::Tensor PolicyModel::within_bounds(const at::Tensor& actions) const {
  return at::clamp(actions, actions_->normalise(lowest_), actions_->normalise(highest_));
}

at::Tensor PolicyModel::refine(const Condition&, const at::Tensor&, const at::Tensor&) const {
  throw std::logic_error("set_sampler refuses sampler.warm_start");
}

at::Tensor PolicyModel::log_probability(const Condition&, const at::Tensor&, const at::Tensor&) const {
  throw_input_error("eval.log_probability: the density of policy '{}' is not known; set false",
                    description_.policy.name);
}

void PolicyModel::set_sampler(const SamplerOptions& sampler) {
  if (sampler.guidance != 1.0) {
    throw_input_error("sampler.guidance: policy '{}' is not guided; set 1", description_.policy.name);
  }
  if (sampler.solver == euler_maruyama) {
    throw_input_error("sampler.solver: policy '{}' has no stochastic differential equation; take another solver",
                      description_.policy.name);
  }
  if (sampler.warm_start > 0.0) {
    throw_input_error("sampler.warm_start: policy '{}' cannot begin from its last prediction; set 0",
                      description_.policy.name);
  }
  description_.sampler = sampler;
}

void PolicyModel::set_teacher(std::shared_ptr<const PolicyModel>) {
  throw_input_error("policy.teacher: policy '{}' learns from data, not from a teacher; take reflow or one_step",
                    description_.policy.name);
}

Condition PolicyModel::condition(const at::Tensor& observations, const at::Tensor& goals) const {
  return {.observations = observations_->normalise(observations).masked_fill(visible_ == 0, 0),
          .goal = goals_->normalise(goals),
          .goal_mask = at::ones({observations.size(0)}, observations.options())};
}

NetworkSizes network_sizes(const PolicyDescription& d) {
  return {.actions = static_cast<int>(d.spec.actions.size()),
          .action_horizon = d.policy.horizon.prediction,
          .observations = static_cast<int>(d.spec.observations.size()),
          .observation_history = d.policy.horizon.observations,
          .goals = static_cast<int>(d.spec.goals.size())};
}

bool same_sizes(const PolicyModel& a, const PolicyModel& b) {
  return std::ranges::equal(a.parameters(), b.parameters(),
                            [](const at::Tensor& x, const at::Tensor& y) { return x.sizes() == y.sizes(); });
}

void copy_weights(const PolicyModel& from, PolicyModel& to) {
  const at::NoGradGuard no_grad;
  const auto source = from.parameters();
  const auto target = to.parameters();
  for (std::size_t i = 0; i < target.size(); ++i) target[i].copy_(source[i]);
}

}  // namespace fm
