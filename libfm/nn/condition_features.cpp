#include "libfm/nn/condition_features.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/lerp.h>

namespace fm {
namespace {

/// No goal must not be mistaken for one: where the null goal begins no normalised goal lies.
constexpr double far_off = 3.0;

}  // namespace

ConditionFeatures::ConditionFeatures(torch::nn::Module& owner, int time_features, const NetworkSizes& s)
    : times_(s.times), observations_(s.observation_history * s.observations), goals_(s.goals) {
  embedding_ = owner.register_module("time_embedding", std::make_shared<TimeEmbedding>(time_features));
  if (goals_ > 0) null_goal_ = owner.register_parameter("null_goal", at::full({goals_}, far_off));
}

at::Tensor ConditionFeatures::goal(const Condition& condition) const {
  if (!null_goal_.defined()) return {};
  return at::lerp(null_goal_, condition.goal, condition.goal_mask.unsqueeze(-1));
}

at::Tensor ConditionFeatures::all(const at::Tensor& times, const Condition& condition) const {
  std::vector<at::Tensor> parts = {time(times), condition.observations.flatten(1)};
  if (null_goal_.defined()) parts.push_back(goal(condition));
  return at::cat(parts, 1);
}

}  // namespace fm
