#pragma once
// The networks as parts of an ONNX graph, the counterparts of nn/*_net.hpp. What depends only on the condition is computed
// once for all evaluations.

#include "libfm/onnx/graph.hpp"
#include "libfm/policy_spec/network_options.hpp"
#include "libfm/realtime/checkpoint_weights.hpp"
#include "libfm/realtime/network.hpp"

#include <functional>

namespace fm {

/// As NetworkSizes of nn/conditional_net.hpp.
struct OnnxSizes {
  int actions = 0;       ///< A, numbers in each of z's H rows; 0: z is no input
  int horizon = 1;       ///< H
  int observations = 0;  ///< O
  int history = 1;       ///< h
  int goals = 0;         ///< G
  int times = 1;         ///< K; 0: time is no input
  int outputs = 0;       ///< numbers in each of the output's H rows
};

/// Normalised.
struct OnnxCondition {
  OnnxValue observations;  ///< (B, h, O)
  OnnxValue goal;          ///< (B, G); unused where G is 0
};

/// The output (B, H outputs) for z (B, H A), unused where z is no input, at K times.
using OnnxNetwork = std::function<OnnxValue(const OnnxValue& z, const Times& times)>;

/// What makes a network.
struct OnnxParts {
  OnnxGraph& graph;
  const NetworkOptions& options;
  OnnxSizes sizes;
  CheckpointWeights weights;
  OnnxCondition condition;
};

/// The network options.name. @throws InputError for weights that are missing or do not fit, or a network of another program
OnnxNetwork make_onnx_network(const OnnxParts& parts);

// The rows of its table.
OnnxNetwork onnx_mlp(const OnnxParts& parts);
OnnxNetwork onnx_residual_mlp(const OnnxParts& parts);
OnnxNetwork onnx_transformer(const OnnxParts& parts);
OnnxNetwork onnx_unet(const OnnxParts& parts);
OnnxNetwork onnx_gru(const OnnxParts& parts);

}  // namespace fm
