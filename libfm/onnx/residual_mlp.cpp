// A residual network whose blocks are modulated by time and condition, as nn/residual_net.hpp.

#include "libfm/onnx/layers.hpp"

namespace fm {
namespace {

/// x + residual: the block's steering is in c (B, width).
OnnxValue block(const OnnxParts& p, int index, const OnnxValue& x, const OnnxValue& c) {
  OnnxGraph& g = p.graph;
  const int width = p.options.residual_mlp.width;
  const bool adaptive_norm = p.options.residual_mlp.conditioning == "adaln";
  const CheckpointWeights weights = p.weights.under(fmt::format("block_{}_", index));
  const auto dense = [&](const char* name, int outputs, const OnnxValue& input) {
    return onnx_dense(g, weights, name, outputs, width, input);
  };
  const int parts = adaptive_norm ? 3 : 2;
  const std::vector<OnnxValue> steering =
      g.add_with("Split", {dense("steer.", parts * width, c)}, {{"axis", std::int64_t{1}}}, parts);
  const auto modulate = [&](const OnnxValue& y) {
    return g.sum(g.product(g.sum(steering[0], g.scalar(1.0)), y), steering[1]);
  };
  if (!adaptive_norm) {
    return g.sum(x, dense("second.", width, onnx_silu(g, modulate(dense("first.", width, x)))));
  }
  const OnnxValue inner = dense("first.", width, modulate(onnx_layer_norm(g, x, width)));
  return g.sum(x, g.product(steering[2], dense("second.", width, onnx_silu(g, inner))));
}

}  // namespace

OnnxNetwork onnx_residual_mlp(const OnnxParts& p) {
  const OnnxSizes& s = p.sizes;
  const auto& [width, blocks, conditioning] = p.options.residual_mlp;
  const OnnxFeatures features = onnx_features(p);
  const OnnxNetwork enter = onnx_conditioned_layer(p, "enter.", width, s.horizon * s.actions, features);
  const OnnxNetwork steer = onnx_conditioned_layer(p, "steer.", width, 0, features);
  return [=, count = blocks, outputs = s.horizon * s.outputs](const OnnxValue& z, const Times& times) {
    OnnxGraph& g = p.graph;
    const OnnxValue c = onnx_silu(g, steer({}, times));
    OnnxValue x = enter(z, times);
    for (int i = 0; i < count; ++i) x = block(p, i, x, c);
    return onnx_dense(g, p.weights, "leave.", outputs, p.options.residual_mlp.width, onnx_silu(g, x));
  };
}

}  // namespace fm
