#pragma once
// What the policies compute, as parts of an ONNX graph: from condition and noise to normalised actions.

#include "libfm/onnx/networks.hpp"
#include "libfm/onnx/noise_input.hpp"
#include "libfm/policy_spec/policy_description.hpp"

namespace fm {

struct OnnxSampling {
  OnnxGraph& graph;
  const PolicyDescription& description;
  CheckpointWeights weights;
  OnnxCondition condition;
  OnnxNoise& noise;

  int horizon() const { return description.policy.horizon.prediction; }
  int actions() const { return static_cast<int>(description.spec.actions.size()); }
  int goals() const { return static_cast<int>(description.spec.goals.size()); }

  /// Of a velocity network.
  OnnxSizes sizes() const {
    return {.actions = actions(),
            .horizon = horizon(),
            .observations = static_cast<int>(description.spec.observations.size()),
            .history = description.policy.horizon.observations,
            .goals = goals(),
            .outputs = actions()};
  }
  /// The network whose weights begin with `name`.
  OnnxNetwork network(const char* name, const OnnxSizes& sizes) const {
    return make_onnx_network({graph, description.network, sizes, weights.under(name), condition});
  }
  /// A sample of noise times this factor, (B, H A); zeros, without taking a sample, for 0.
  OnnxValue scaled_noise(double factor) const;
  OnnxValue zeros(int size) const;
};

/// The normalised actions (B, H A) of the policy.
/// @throws InputError for a policy or sampler without a fixed graph, and for weights that are missing or do not fit
OnnxValue onnx_sample(const OnnxSampling& sampling);

/// Whether the policy's action depends on its goal.
bool uses_goal(const PolicyDescription& description);

// The rows of its table.
OnnxValue onnx_planned(const OnnxSampling& sampling);
OnnxValue onnx_diffusion(const OnnxSampling& sampling);
OnnxValue onnx_gaussian(const OnnxSampling& sampling);
OnnxValue onnx_normalising_flow(const OnnxSampling& sampling);

}  // namespace fm
