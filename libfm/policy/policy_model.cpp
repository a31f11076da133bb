#include "libfm/policy/policy_model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>

namespace fm {

PolicyModel::PolicyModel(const PolicyDescription& description) : description_(description) {
  observations_ = register_module("observation_normaliser", std::make_shared<Normaliser>(description.observations));
  actions_ = register_module("action_normaliser", std::make_shared<Normaliser>(description.actions));
  goals_ = register_module("goal_normaliser", std::make_shared<Normaliser>(description.goals));
}

Condition PolicyModel::condition(const at::Tensor& observations, const at::Tensor& goals) const {
  return {.observations = observations_->normalise(observations).unsqueeze(1),
          .goal = goals_->normalise(goals),
          .goal_mask = at::ones({observations.size(0)}, observations.options())};
}

void copy_weights(const PolicyModel& from, PolicyModel& to) {
  const at::NoGradGuard no_grad;
  const auto source = from.parameters();
  const auto target = to.parameters();
  for (std::size_t i = 0; i < target.size(); ++i) target[i].copy_(source[i]);
}

}  // namespace fm
