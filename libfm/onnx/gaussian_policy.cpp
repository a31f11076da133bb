// A Gaussian mixture, as policy/gaussian_model.hpp: one sample of noise selects the component, the next draws from it.

#include "libfm/onnx/sampling.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

namespace fm {
namespace {

/// 1 for the component that a number ~ N(0, 1) of each row selects, else 0: (B, K).
OnnxValue selection(OnnxGraph& g, const OnnxValue& logits, int components, const OnnxValue& normal) {
  const OnnxValue above = g.add("CumSum", {g.add("Softmax", {logits}, {{"axis", std::int64_t{1}}}), g.integer(1)});
  const OnnxValue share =
      g.sum(g.scaled(0.5, g.add("Erf", {g.scaled(1.0 / std::numbers::sqrt2, normal)})), g.scalar(0.5));
  constexpr std::int64_t as_float = 1;
  const OnnxValue below = g.add("Cast", {g.add("Less", {above, share})}, {{"to", as_float}});
  const OnnxValue index = g.add("Min", {g.add("ReduceSum", {below, g.integers({1})}), g.scalar(components - 1)});
  std::vector<float> numbers(static_cast<std::size_t>(components));
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  return g.add("Cast", {g.add("Equal", {index, g.constant(numbers, {1, components})})}, {{"to", as_float}});
}

}  // namespace

OnnxValue onnx_gaussian(const OnnxSampling& s) {
  OnnxGraph& g = s.graph;
  const GaussianOptions& options = s.description.policy.gaussian;
  const int components = options.components, horizon = s.horizon(), actions = s.actions(), size = horizon * actions;
  OnnxSizes sizes = s.sizes();
  sizes.outputs = components * (1 + 2 * actions);
  const bool has_z = s.description.format_version == 1;  // zeros
  sizes.actions = has_z ? sizes.outputs : 0;
  sizes.times = has_z ? 1 : 0;
  const OnnxValue z = has_z ? s.zeros(horizon * sizes.actions) : OnnxValue();
  const OnnxValue out = g.reshaped(s.network("net.", sizes)(z, has_z ? Times{0.0F} : Times{}),
                                   {-1, horizon, components, 1 + 2 * actions});
  const OnnxValue logits = g.add("ReduceMean", {g.reshaped(g.slice(out, 3, 0, 1), {-1, horizon, components})},
                                 {{"axes", OnnxGraph::Shape{1}}, {"keepdims", std::int64_t{0}}});
  const auto by_component = [&](std::int64_t begin) {  // (B, K, H A)
    return g.reshaped(g.transposed(g.slice(out, 3, begin, begin + actions), {0, 2, 1, 3}), {-1, components, size});
  };
  const OnnxValue chosen =
      g.reshaped(selection(g, logits, components, g.slice(s.noise.next(), 1, 0, 1)), {-1, components, 1});
  const auto of_chosen = [&](const OnnxValue& x) {
    return g.reshaped(g.add("ReduceSum", {g.product(x, chosen), g.integers({1})}), {-1, size});
  };
  const OnnxValue mean = of_chosen(by_component(1)), drawn = s.scaled_noise(s.description.sampler.temperature);
  const OnnxValue log_scale =
      g.clipped(by_component(1 + actions), g.scalar(std::log(options.smallest_scale)), g.scalar(3.0));
  return g.sum(mean, g.product(g.add("Exp", {of_chosen(log_scale)}), drawn));
}

}  // namespace fm
