#include "libfm/nn/condition_features.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/zeros_like.h>

namespace fm {
namespace {

/// Initial value of the null goal, outside the range of normalised goals, so that it is not mistaken for one.
constexpr double initial_null_goal = 3.0;

}  // namespace

ConditionFeatures::ConditionFeatures(torch::nn::Module& owner, int time_features, const NetworkSizes& s)
    : times_(s.times), observations_(s.observation_history * s.observations), goals_(s.goals), committed_(s.committed),
      horizon_(s.action_horizon) {
  embedding_ = owner.register_module("time_embedding", std::make_shared<TimeEmbedding>(time_features));
  if (goals_ > 0) null_goal_ = owner.register_parameter("null_goal", at::full({goals_}, initial_null_goal));
}

at::Tensor ConditionFeatures::time(const at::Tensor& times, const Condition& condition) const {
  if (time_size() == 0) return {};
  if (!committed_) return embedding_->forward(times);
  const at::Tensor share = condition.committed.defined() ? condition.committed.unsqueeze(1) / horizon_
                                                         : at::zeros_like(times.slice(1, 0, 1));
  return embedding_->forward(at::cat({times, share}, 1));
}

at::Tensor ConditionFeatures::goal(const Condition& condition) const {
  if (!null_goal_.defined()) return {};
  return at::lerp(null_goal_, condition.goal, condition.goal_mask.unsqueeze(-1));
}

at::Tensor ConditionFeatures::joined(const at::Tensor& first, const at::Tensor& times, const at::Tensor& observations,
                                     const Condition& condition) const {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& part : {first, time(times, condition), observations, goal(condition)}) {
    if (part.defined()) parts.push_back(part);
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

}  // namespace fm
