// A temporal U-Net, as nn/unet_net.hpp.

#include "libfm/onnx/layers.hpp"

namespace fm {
namespace {

/// A sequence (B, channels, length).
struct Sequence {
  OnnxValue value;
  int channels;
  int length;
};

OnnxValue weight_of(const OnnxParts& p, const CheckpointWeights& weights, const OnnxGraph::Shape& shape) {
  return p.graph.named(weights.full_name("weight"), weights.tensor("weight", shape), shape);
}

OnnxValue bias_of(const OnnxParts& p, const CheckpointWeights& weights, int outputs) {
  return p.graph.named(weights.full_name("bias"), weights.vector("bias", outputs));
}

OnnxValue mish(OnnxGraph& g, const OnnxValue& x) { return g.product(x, g.add("Tanh", {g.add("Softplus", {x})})); }

Sequence convolution(const OnnxParts& p, const CheckpointWeights& weights, const Sequence& x, int outputs, int kernel,
                     int stride) {
  const std::int64_t padding = kernel / 2;
  return {
      p.graph.add("Conv", {x.value, weight_of(p, weights, {outputs, x.channels, kernel}), bias_of(p, weights, outputs)},
                  {{"strides", OnnxGraph::Shape{stride}}, {"pads", OnnxGraph::Shape{padding, padding}}}),
      outputs, (x.length + stride - 1) / stride};
}

Sequence lengthened(const OnnxParts& p, const CheckpointWeights& weights, const Sequence& x, int outputs, int length) {
  const OnnxValue twice = p.graph.add(
      "ConvTranspose", {x.value, weight_of(p, weights, {x.channels, outputs, 4}), bias_of(p, weights, outputs)},
      {{"strides", OnnxGraph::Shape{2}}, {"pads", OnnxGraph::Shape{1, 1}}});
  return {p.graph.slice(twice, 2, 0, length), outputs, length};
}

/// A number for each channel, (1, channels, 1).
OnnxValue channels_of(const OnnxParts& p, const CheckpointWeights& weights, const std::string& name, int channels) {
  return p.graph.named(weights.full_name(name), weights.vector(name, channels), {1, channels, 1});
}

/// mish(group_norm(conv(x)))
Sequence normalised(const OnnxParts& p, const CheckpointWeights& weights, const Sequence& x, int outputs) {
  OnnxGraph& g = p.graph;
  const UnetOptions& o = p.options.unet;
  const Sequence y = convolution(p, weights.under("convolution."), x, outputs, o.kernel, 1);
  const int size = outputs / o.groups * y.length;
  const OnnxValue grouped = onnx_layer_norm(g, g.reshaped(y.value, {-1, o.groups, size}), size);
  const OnnxValue scaled =
      g.product(g.reshaped(grouped, {-1, outputs, y.length}), channels_of(p, weights, "scale", outputs));
  return {mish(g, g.sum(scaled, channels_of(p, weights, "shift", outputs))), outputs, y.length};
}

/// @param c (B, conditions)
Sequence block(const OnnxParts& p, const CheckpointWeights& weights, const Sequence& x, int outputs,
               const OnnxValue& c) {
  OnnxGraph& g = p.graph;
  const OnnxValue steering = g.reshaped(
      onnx_dense(g, weights, "steer.", 2 * outputs, p.options.unet.channels.back(), c), {-1, 2 * outputs, 1});
  const std::vector<OnnxValue> parts = g.add_with("Split", {steering}, {{"axis", std::int64_t{1}}}, 2);
  Sequence h = normalised(p, weights.under("first."), x, outputs);
  h.value = g.sum(g.product(g.sum(parts[0], g.scalar(1.0)), h.value), parts[1]);
  const Sequence y = normalised(p, weights.under("second."), h, outputs);
  const OnnxValue past =
      x.channels == outputs ? x.value : convolution(p, weights.under("bypass."), x, outputs, 1, 1).value;
  return {g.sum(y.value, past), outputs, y.length};
}

Sequence blocks(const OnnxParts& p, const std::string& name, Sequence x, int outputs, const OnnxValue& c) {
  for (int i = 0; i < p.options.unet.blocks; ++i) {
    x = block(p, p.weights.under(fmt::format("{}_{}.", name, i)), x, outputs, c);
  }
  return x;
}

Sequence pass(const OnnxParts& p, std::size_t level, const Sequence& above, const OnnxValue& c) {
  const std::vector<int>& channels = p.options.unet.channels;
  const std::string name = fmt::format("level_{}_", level);
  const Sequence x = blocks(p, name + "down", above, channels[level], c);
  if (level + 1 == channels.size()) return x;
  const Sequence below =
      pass(p, level + 1, convolution(p, p.weights.under(name + "shorten."), x, channels[level], 3, 2), c);
  const Sequence back = lengthened(p, p.weights.under(name + "lengthen."), below, channels[level], x.length);
  const OnnxValue joined = p.graph.concatenated({back.value, x.value}, 1);
  return blocks(p, name + "up", {joined, 2 * channels[level], x.length}, channels[level], c);
}

/// The noisy actions (B, A, H), or what is learned in their place.
Sequence chunk_of(const OnnxParts& p, const OnnxValue& z) {
  OnnxGraph& g = p.graph;
  const OnnxSizes& s = p.sizes;
  if (s.actions > 0) {
    return {g.transposed(g.reshaped(z, {-1, s.horizon, s.actions}), {0, 2, 1}), s.actions, s.horizon};
  }
  const OnnxValue learned =
      g.named(p.weights.full_name("chunk"), p.weights.tensor("chunk", {1, s.horizon}), {1, 1, s.horizon});
  return {g.repeated(learned, {1, s.horizon}, p.condition.observations), 1, s.horizon};
}

}  // namespace

OnnxNetwork onnx_unet(const OnnxParts& p) {
  const OnnxNetwork steer = onnx_conditioned_layer(p, "steer.", p.options.unet.channels.back(), 0, onnx_features(p));
  return [=](const OnnxValue& z, const Times& times) {
    const OnnxSizes& s = p.sizes;
    const OnnxValue c = mish(p.graph, steer({}, times));
    const Sequence y =
        normalised(p, p.weights.under("last."), pass(p, 0, chunk_of(p, z), c), p.options.unet.channels.front());
    const Sequence left = convolution(p, p.weights.under("leave."), y, s.outputs, 1, 1);
    return p.graph.reshaped(p.graph.transposed(left.value, {0, 2, 1}), {-1, s.horizon * s.outputs});
  };
}

}  // namespace fm
