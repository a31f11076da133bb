#include "libfm/nn/condition_features.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/lerp.h>

namespace fm {
namespace {

/// Initial value of the null goal, outside the range of normalised goals, so that it is not mistaken for one.
constexpr double initial_null_goal = 3.0;

}  // namespace

ConditionFeatures::ConditionFeatures(torch::nn::Module& owner, int time_features, const NetworkSizes& s)
    : times_(s.times), observations_(s.observation_history * s.observations), goals_(s.goals) {
  embedding_ = owner.register_module("time_embedding", std::make_shared<TimeEmbedding>(time_features));
  if (goals_ > 0) null_goal_ = owner.register_parameter("null_goal", at::full({goals_}, initial_null_goal));
}

at::Tensor ConditionFeatures::time(const at::Tensor& times) const {
  return time_size() > 0 ? embedding_->forward(times) : at::Tensor();
}

at::Tensor ConditionFeatures::goal(const Condition& condition) const {
  if (!null_goal_.defined()) return {};
  return at::lerp(null_goal_, condition.goal, condition.goal_mask.unsqueeze(-1));
}

at::Tensor ConditionFeatures::joined(const at::Tensor& first, const at::Tensor& times, const at::Tensor& observations,
                                     const Condition& condition) const {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& part : {first, time(times), observations, goal(condition)}) {
    if (part.defined()) parts.push_back(part);
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

}  // namespace fm
