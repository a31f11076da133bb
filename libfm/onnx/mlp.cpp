// f = mlp([z, time, observations, goal]), as nn/mlp_net.hpp.

#include "libfm/onnx/layers.hpp"

namespace fm {

OnnxNetwork onnx_mlp(const OnnxParts& parts) { return onnx_mlp_of(parts, onnx_features(parts)); }

}  // namespace fm
