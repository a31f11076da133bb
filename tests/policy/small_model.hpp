#pragma once
// A small flow policy for the pendulum, with fresh weights.

#include "libfm/policy/policy_model.hpp"
#include "libfm/task/environments.hpp"

#include <memory>

namespace fm::test {

inline PolicyDescription small_description() {
  PolicyDescription d;
  d.spec = make_env({}).spec;
  d.network = {.mlp = {{16, 16}}, .time_embedding = 8};
  d.sampler = {.solver = "euler", .steps = 4};
  d.observations = {{0, 0, 0}, {1, 1, 8}};
  d.actions = {{0}, {2}};
  return d;
}

/// The same for the policy of this name, with chunks of 4 actions and a history of 3 observations.
inline PolicyDescription small_chunked(const std::string& policy) {
  PolicyDescription d = small_description();
  d.policy.name = policy;
  d.policy.horizon = {.observations = 3, .prediction = 4};
  d.policy.diffusion.levels = 10;
  return d;
}

inline std::shared_ptr<PolicyModel> small_model(at::ScalarType type) {
  auto model = make_policy_model(small_description(), RandomStream(1, "init"));
  model->to(type);
  return model;
}

}  // namespace fm::test
