// A transformer over actions, observations and goal, as nn/transformer_net.hpp.

#include "libfm/onnx/layers.hpp"

#include <cmath>

namespace fm {
namespace {

OnnxValue attention(const OnnxParts& p, const CheckpointWeights& weights, const OnnxValue& x, int tokens) {
  OnnxGraph& g = p.graph;
  const int width = p.options.transformer.width, heads = p.options.transformer.heads, size = width / heads;
  const OnnxValue all = onnx_token_dense(g, weights, "queries_keys_values.", 3 * width, width, x);
  const std::vector<OnnxValue> parts = g.add_with("Split", {all}, {{"axis", std::int64_t{2}}}, 3);
  const auto by_head = [&](const OnnxValue& part, const OnnxGraph::Shape& order) {  // from (B, tokens, heads, size)
    return g.transposed(g.reshaped(part, {-1, tokens, heads, size}), order);
  };
  const OnnxValue products = g.add("MatMul", {by_head(parts[0], {0, 2, 1, 3}), by_head(parts[1], {0, 2, 3, 1})});
  const OnnxValue shares = g.add("Softmax", {g.scaled(1.0 / std::sqrt(size), products)}, {{"axis", std::int64_t{-1}}});
  const OnnxValue mixed = g.add("MatMul", {shares, by_head(parts[2], {0, 2, 1, 3})});
  return onnx_token_dense(g, weights, "leave.", width, width,
                          g.reshaped(g.transposed(mixed, {0, 2, 1, 3}), {-1, tokens, width}));
}

OnnxValue token_mlp(const OnnxParts& p, const CheckpointWeights& weights, const OnnxValue& x) {
  const int width = p.options.transformer.width;
  const OnnxValue hidden = onnx_token_dense(p.graph, weights, "0_", 4 * width, width, x);
  return onnx_token_dense(p.graph, weights, "1_", width, 4 * width, onnx_silu(p.graph, hidden));
}

/// (1, count, width)
OnnxValue places(const OnnxParts& p, const char* name, int count) {
  const int width = p.options.transformer.width;
  const FloatMatrix matrix = p.weights.matrix(name, count, width);
  return p.graph.reshaped(p.graph.named(p.weights.full_name(name), matrix), {1, count, width});
}

/// The tokens of observations and goal, which are the same in every evaluation.
std::vector<OnnxValue> condition_tokens(const OnnxParts& p) {
  const OnnxSizes& s = p.sizes;
  const int width = p.options.transformer.width;
  std::vector<OnnxValue> tokens;
  if (s.observations > 0) {
    const OnnxValue seen =
        onnx_token_dense(p.graph, p.weights, "observation.", width, s.observations, p.condition.observations);
    tokens.push_back(p.graph.sum(seen, places(p, "observation_places", s.history)));
  }
  if (s.goals > 0) {
    const OnnxValue wanted = onnx_dense(p.graph, p.weights, "goal.", width, s.goals, p.condition.goal);
    tokens.push_back(p.graph.reshaped(wanted, {-1, 1, width}));
  }
  return tokens;
}

/// The embedded time, which is added to every token: (1, 1, width).
OnnxValue embedded_time(const OnnxParts& p, const Times& times) {
  const int width = p.options.transformer.width, waves = p.sizes.times * p.options.time_embedding;
  return p.graph.constant(time_part(p.weights.matrix("time.weight", width, waves), p.weights.vector("time.bias", width),
                                    times, p.options.time_embedding),
                          {1, 1, width});
}

}  // namespace

OnnxNetwork onnx_transformer(const OnnxParts& p) {
  const OnnxSizes& s = p.sizes;
  const std::vector<OnnxValue> given = condition_tokens(p);
  const OnnxValue action_places = places(p, "action_places", s.horizon);
  return [=](const OnnxValue& z, const Times& times) {
    OnnxGraph& g = p.graph;
    const auto& [width, layers, heads] = p.options.transformer;
    const int count = s.horizon + (s.observations > 0 ? s.history : 0) + (s.goals > 0 ? 1 : 0);
    std::vector<OnnxValue> tokens = {s.actions > 0
                                         ? g.sum(onnx_token_dense(g, p.weights, "action.", width, s.actions,
                                                                  g.reshaped(z, {-1, s.horizon, s.actions})),
                                                 action_places)
                                         : g.repeated(action_places, {s.horizon, width}, p.condition.observations)};
    tokens.insert(tokens.end(), given.begin(), given.end());
    OnnxValue x = g.concatenated(tokens, 1);
    if (p.options.time_embedding > 0 && s.times > 0) x = g.sum(x, embedded_time(p, times));
    for (int i = 0; i < layers; ++i) {
      const CheckpointWeights layer = p.weights.under(fmt::format("layer_{}_", i));
      x = g.sum(x, attention(p, layer.under("attention."), onnx_layer_norm(g, x, width), count));
      x = g.sum(x, token_mlp(p, layer.under("mlp."), onnx_layer_norm(g, x, width)));
    }
    const OnnxValue last = onnx_layer_norm(g, g.slice(x, 1, 0, s.horizon), width);
    return g.reshaped(onnx_token_dense(g, p.weights, "leave.", s.outputs, width, last), {-1, s.horizon * s.outputs});
  };
}

}  // namespace fm
