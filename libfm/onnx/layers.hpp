#pragma once
// Layers that the networks have in common.

#include "libfm/onnx/networks.hpp"

#include <string>
#include <vector>

namespace fm {

/// x sigmoid(x)
OnnxValue onnx_silu(OnnxGraph& graph, const OnnxValue& x);

/// W x + b for x (B, inputs), with the weights NAMEweight and NAMEbias.
OnnxValue onnx_dense(OnnxGraph& graph, const CheckpointWeights& weights, const std::string& name, int outputs,
                     int inputs, const OnnxValue& x);
/// The same for tokens x (B, tokens, inputs).
OnnxValue onnx_token_dense(OnnxGraph& graph, const CheckpointWeights& weights, const std::string& name, int outputs,
                           int inputs, const OnnxValue& x);

/// (x - mean) / deviation over the last dimension, of this width
OnnxValue onnx_layer_norm(OnnxGraph& graph, const OnnxValue& x, int width);

/// A network's flat condition (B, size).
struct OnnxFeatures {
  OnnxValue value;  ///< unused if size is 0
  int size = 0;
};

/// [observations, goal]
OnnxFeatures onnx_features(const OnnxParts& parts);
/// [observed, goal], of which the first has this size
OnnxFeatures onnx_features(const OnnxParts& parts, const OnnxValue& observed, int size);

/// A network's first layer, W_z z + W_t embedding(times) + W_c features + b: the last three are constant or computed once
/// (realtime/conditioned_layer.hpp does the same).
/// @param z size of z; 0: z is no input
OnnxNetwork onnx_conditioned_layer(const OnnxParts& parts, const std::string& name, int outputs, int z,
                                   const OnnxFeatures& features);

/// mlp([z, time, features]) with SiLU between the layers of network.mlp.hidden.
OnnxNetwork onnx_mlp_of(const OnnxParts& parts, const OnnxFeatures& features);

/// W embedding(times) + b with W (outputs, features), in float64. @param weight the columns of the time features
std::vector<float> time_part(const FloatMatrix& weight, const std::vector<float>& bias, const Times& times,
                             int time_embedding);

}  // namespace fm
