#include "libfm/rl/actor_policy.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/core/grad_mode.h>

#include <fmt/format.h>

namespace fm {

void ActorPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  const at::NoGradGuard no_grad;
  const PolicyModel& policy = actor_->policy();
  const Condition condition =
      policy.condition(view_as_tensor(input.observations).unsqueeze(1), view_as_tensor(input.goals));
  const at::Tensor noise = draw_noise(noise_, input.episodes, input.steps, actor_->noise_size(), 1, 1).flatten(1);
  const Actor::Sample sample = actor_->sample(condition, noise.to(condition.observations.options()));
  output.actions.resize(sample.actions.size(0), sample.actions.size(1));
  const at::Tensor references = policy.references(view_as_tensor(input.observations));
  view_as_tensor(output.actions).copy_(policy.executable(sample.actions, references));
  view_as_tensor(output.extras).copy_(sample.record);
}

std::vector<std::string> ActorPolicy::extras() const {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < actor_->record_size(); ++i) names.push_back(fmt::format("record {}", i));
  return names;
}

}  // namespace fm
