// A gated recurrent unit over the observations, then a multilayer perceptron, as nn/gru_net.hpp.

#include "libfm/onnx/layers.hpp"

namespace fm {
namespace {

/// LibTorch's order of the gates is reset, update, new; that of ONNX update, reset, new.
FloatMatrix reordered(const FloatMatrix& gates, int width) {
  FloatMatrix result = gates;
  result.topRows(width) = gates.middleRows(width, width);
  result.middleRows(width, width) = gates.topRows(width);
  return result;
}

/// The last state (B, width) of the cell that has read the observations.
OnnxValue read(const OnnxParts& p) {
  OnnxGraph& g = p.graph;
  const int width = p.options.gru.width, rows = 3 * width;
  const auto constant = [&](const char* name, int columns) {
    const FloatMatrix gates = reordered(p.weights.matrix(name, rows, columns), width);
    return g.reshaped(g.named(p.weights.full_name(name), gates), {1, rows, columns});
  };
  const auto bias = [&](const char* name) {
    const std::vector<float> numbers = p.weights.vector(name, rows);
    return g.named(p.weights.full_name(name), reordered(Eigen::Map<const FloatMatrix>(numbers.data(), rows, 1), width));
  };
  const OnnxValue biases = g.reshaped(g.concatenated({bias("input_bias"), bias("state_bias")}, 0), {1, 2 * rows});
  const std::vector<OnnxValue> states =
      g.add_with("GRU",
                 {g.transposed(p.condition.observations, {1, 0, 2}), constant("input_weight", p.sizes.observations),
                  constant("state_weight", width), biases},
                 {{"hidden_size", std::int64_t{width}}, {"linear_before_reset", std::int64_t{1}}}, 2);
  return g.reshaped(states[1], {-1, width});
}

}  // namespace

OnnxNetwork onnx_gru(const OnnxParts& p) { return onnx_mlp_of(p, onnx_features(p, read(p), p.options.gru.width)); }

}  // namespace fm
