#pragma once
// Small policies of every kind, whose weights are all random, so that every part has an effect.

#include "libfm/policy/checkpoint.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <string>
#include <vector>

namespace fm::test {

inline Dimension dimension(const std::string& name, double low, double high) {
  return {.name = name, .unit = "rad", .low = low, .high = high};
}

/// 3 observations, 1 goal and 2 actions that are as good as unbounded: clipping would hide differences.
inline PolicyDescription random_policy(const std::string& policy, const std::string& network = "mlp") {
  PolicyDescription d;
  d.spec.name = "random";
  d.spec.observations = {dimension("angle", -1, 1), dimension("speed", -8, 8), dimension("height", 0, 2)};
  d.spec.goals = {dimension("place", -1, 1)};
  d.spec.actions = {dimension("left", -1e6, 1e6), dimension("right", -1e6, 1e6)};
  d.spec.time_step = 0.02;
  d.policy.name = policy;
  d.policy.horizon = {.observations = 2, .prediction = 3};
  d.policy.gaussian.components = 3;
  d.policy.diffusion.levels = 8;
  d.policy.normalising_flow.layers = 3;
  d.network = {.name = network == "film" || network == "adaln" ? "residual_mlp" : network,
               .mlp = {{16, 12}},
               .residual_mlp = {.width = 12, .blocks = 2, .conditioning = network == "film" ? "film" : "adaln"},
               .transformer = {.width = 12, .layers = 2, .heads = 3},
               .unet = {.channels = {6, 8}, .blocks = 1, .kernel = 3, .groups = 2},
               .gru = {.width = 10},
               .time_embedding = 8};
  d.sampler = {.steps = 3, .executed = 3};
  d.observations = {{0.1, -0.2, 0.9}, {0.9, 4.0, 1.1}};
  d.goals = {{0.05}, {0.8}};
  d.actions = {{0.2, -0.1}, {1.5, 0.7}};
  return d;
}

inline std::shared_ptr<PolicyModel> random_model(const PolicyDescription& d) {
  const at::NoGradGuard no_grad;
  auto model = make_policy_model(d, RandomStream(1, "init"));
  for (const auto& item : model->named_parameters()) {
    const at::Tensor& parameter = item.value();
    const double inputs = parameter.dim() > 1 ? static_cast<double>(parameter.size(1)) : 4.0;
    Draws draws = RandomStream(2, "weights").child(item.key()).at(0);
    std::vector<float> numbers(static_cast<std::size_t>(parameter.numel()));
    for (float& number : numbers) number = static_cast<float>(draws.normal() / std::sqrt(inputs));
    parameter.copy_(at::tensor(numbers).view(parameter.sizes()));
  }
  return model;
}

}  // namespace fm::test
