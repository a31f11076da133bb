#include "libfm/nn/mlp_velocity_net.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/zeros.h>

namespace fm {

MlpVelocityNet::MlpVelocityNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init) {
  time_embedding_ = register_module("time_embedding", std::make_shared<TimeEmbedding>(options.time_embedding));
  const int outputs = s.action_horizon * s.actions;
  const int inputs = outputs + s.times * time_embedding_->size() + s.observation_history * s.observations + s.goals;
  mlp_ = register_module("mlp", std::make_shared<Mlp>(inputs, options.mlp.hidden, outputs, init));
  if (s.goals > 0) null_goal_ = register_parameter("null_goal", at::zeros({s.goals}));
}

at::Tensor MlpVelocityNet::velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  std::vector<at::Tensor> inputs = {z.flatten(1), time_embedding_->forward(times), condition.observations.flatten(1)};
  if (null_goal_.defined()) {
    inputs.push_back(at::lerp(null_goal_, condition.goal, condition.goal_mask.unsqueeze(-1)));
  }
  return mlp_->forward(at::cat(inputs, 1)).view(z.sizes());
}

}  // namespace fm
