#include "libfm/rl/critic.hpp"

#include <ATen/ops/cat.h>

namespace fm {

Critic::Critic(int inputs, const std::vector<int>& hidden, const RandomStream& init) {
  mlp_ = register_module("mlp", std::make_shared<Mlp>(inputs, hidden, 1, init));
}

at::Tensor Critic::forward(const Condition& condition) const {
  const at::Tensor observations = condition.observations.flatten(1);
  const bool has_goal = condition.goal.defined() && condition.goal.size(-1) > 0;
  return mlp_->forward(has_goal ? at::cat({observations, condition.goal}, 1) : observations).squeeze(-1);
}

}  // namespace fm
