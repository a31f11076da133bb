#pragma once
// The measured policies: flow policies with an MLP as velocity network.

#include "libfm/policy_spec/policy_description.hpp"

namespace fm::bench {

struct PolicySizes {
  int observations = 0;
  int actions = 0;
  int width = 0;
  int layers = 0;
};

inline constexpr PolicySizes small_policy{.observations = 3, .actions = 1, .width = 256, .layers = 3};  // the pendulum
inline constexpr PolicySizes middle_policy{.observations = 67, .actions = 21, .width = 512, .layers = 4};  // a humanoid
inline constexpr PolicySizes large_policy{.observations = 67, .actions = 21, .width = 1024, .layers = 5};

/// The description of a policy of these sizes, sampled with ten Euler steps.
PolicyDescription describe(const PolicySizes& sizes);

/// A matrix (rows, columns) of samples of N(0, 1).
Matrix normal_matrix(int rows, int columns);

}  // namespace fm::bench
