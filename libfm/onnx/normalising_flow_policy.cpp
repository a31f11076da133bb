// A normalising flow of affine coupling layers, as policy/normalising_flow_model.hpp.

#include "libfm/onnx/layers.hpp"
#include "libfm/onnx/sampling.hpp"

namespace fm {
namespace {

/// Noise (B, D), D = H A, or 2 for a single number, whose second is cut off in the end.
OnnxValue flat_noise(const OnnxSampling& s, int all) {
  const double temperature = s.description.sampler.temperature;
  const OnnxValue first = s.scaled_noise(temperature);
  return all == s.horizon() * s.actions() ? first : s.graph.concatenated({first, s.scaled_noise(temperature)}, 1);
}

/// Logarithm of the scale, and shift, of the changed half: (B, 2 changed), an MLP of [kept half, condition].
OnnxValue coupling(const OnnxSampling& s, int layer, int changed, const std::vector<OnnxValue>& inputs, int width) {
  const CheckpointWeights weights = s.weights.under(fmt::format("layer_{}.", layer));
  std::vector<int> widths = s.description.network.mlp.hidden;
  widths.push_back(2 * changed);
  OnnxValue x = s.graph.concatenated(inputs, 1);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) x = onnx_silu(s.graph, x);
    x = onnx_dense(s.graph, weights, fmt::format("{}_", i), widths[i], i == 0 ? width : widths[i - 1], x);
  }
  return x;
}

}  // namespace

OnnxValue onnx_normalising_flow(const OnnxSampling& s) {
  OnnxGraph& g = s.graph;
  const OnnxSizes sizes = s.sizes();
  const OnnxFeatures condition = onnx_features({g, s.description.network, sizes, s.weights, s.condition});
  const int size = s.horizon() * s.actions(), all = size == 1 ? 2 : size, first = (all + 1) / 2;
  OnnxValue z = flat_noise(s, all);
  for (int i = 0; i < s.description.policy.normalising_flow.layers; ++i) {
    const OnnxValue a = g.slice(z, 1, 0, first), b = g.slice(z, 1, first, all);
    const bool even = i % 2 == 0;  // even layers change the second half
    const int kept = even ? first : all - first, changed = all - kept;
    std::vector<OnnxValue> inputs = {even ? a : b};
    if (condition.size > 0) inputs.push_back(condition.value);
    const OnnxValue out = coupling(s, i, changed, inputs, kept + condition.size);
    const OnnxValue log_scale = g.scaled(3.0, g.add("Tanh", {g.scaled(1.0 / 3.0, g.slice(out, 1, 0, changed))}));
    const OnnxValue shift = g.slice(out, 1, changed, 2 * changed);
    const OnnxValue moved = g.sum(g.product(even ? b : a, g.add("Exp", {log_scale})), shift);
    z = g.concatenated(even ? std::vector{a, moved} : std::vector{moved, b}, 1);
  }
  return all == size ? z : g.slice(z, 1, 0, size);
}

}  // namespace fm
