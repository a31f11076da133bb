#pragma once
// Chunks whose first actions are given (Black et al. 2025, "Training-time action conditioning for efficient real-time
// chunking"): z contains them without noise, the network is told how many they are, and the flow moves the rest.

#include "libfm/nn/conditional_net.hpp"

namespace fm {

/// (N, H, 1), true for the actions that the condition says are given; undefined where it says nothing.
/// @param actions (N, H, A)
at::Tensor committed_actions(const Condition& condition, const at::Tensor& actions);

}  // namespace fm
