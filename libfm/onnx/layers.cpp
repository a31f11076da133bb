#include "libfm/onnx/layers.hpp"

#include "libfm/realtime/conditioned_layer.hpp"

namespace fm {

OnnxValue onnx_silu(OnnxGraph& g, const OnnxValue& x) { return g.product(x, g.add("Sigmoid", {x})); }

OnnxValue onnx_dense(OnnxGraph& g, const CheckpointWeights& weights, const std::string& name, int outputs, int inputs,
                     const OnnxValue& x) {
  const OnnxValue weight =
      g.named(weights.full_name(name + "weight"), weights.matrix(name + "weight", outputs, inputs));
  const OnnxValue bias = g.named(weights.full_name(name + "bias"), weights.vector(name + "bias", outputs));
  return g.add("Gemm", {x, weight, bias}, {{"transB", std::int64_t{1}}});
}

OnnxValue onnx_token_dense(OnnxGraph& g, const CheckpointWeights& weights, const std::string& name, int outputs,
                           int inputs, const OnnxValue& x) {
  const FloatMatrix matrix = weights.matrix(name + "weight", outputs, inputs).transpose();
  const OnnxValue weight = g.named(weights.full_name(name + "weight") + " transposed", matrix);
  const OnnxValue bias = g.named(weights.full_name(name + "bias"), weights.vector(name + "bias", outputs));
  return g.sum(g.add("MatMul", {x, weight}), bias);
}

OnnxValue onnx_layer_norm(OnnxGraph& g, const OnnxValue& x, int width) {
  const std::vector<float> ones(static_cast<std::size_t>(width), 1.0F);
  return g.add("LayerNormalization", {x, g.named(fmt::format("ones {}", width), ones)});
}

OnnxFeatures onnx_features(const OnnxParts& p) {
  const int size = p.sizes.history * p.sizes.observations;
  return onnx_features(p, size > 0 ? p.graph.reshaped(p.condition.observations, {-1, size}) : OnnxValue(), size);
}

OnnxFeatures onnx_features(const OnnxParts& p, const OnnxValue& observed, int size) {
  std::vector<OnnxValue> present;
  if (size > 0) present.push_back(observed);
  if (p.sizes.goals > 0) present.push_back(p.condition.goal);
  return {present.empty() ? OnnxValue() : p.graph.concatenated(present, 1), size + p.sizes.goals};
}

std::vector<float> time_part(const FloatMatrix& weight, const std::vector<float>& bias, const Times& times,
                             int time_embedding) {
  const std::vector<float> embedded = embed(times, time_embedding);
  const Eigen::Map<const Eigen::VectorXf> features(embedded.data(), std::ssize(embedded));
  std::vector<float> part;
  for (Eigen::Index j = 0; j < weight.rows(); ++j) {
    const double sum = weight.row(j).cast<double>().dot(features.cast<double>().transpose());
    part.push_back(static_cast<float>(bias[static_cast<std::size_t>(j)] + sum));
  }
  return part;
}

OnnxNetwork onnx_conditioned_layer(const OnnxParts& p, const std::string& name, int outputs, int z,
                                   const OnnxFeatures& features) {
  OnnxGraph& g = p.graph;
  const int time_embedding = p.options.time_embedding, waves = p.sizes.times * time_embedding;
  const FloatMatrix weight = p.weights.matrix(name + "weight", outputs, z + waves + features.size);
  const std::vector<float> bias = p.weights.vector(name + "bias", outputs);
  const std::string full = p.weights.full_name(name + "weight");
  const OnnxGraph::Attributes transposed = {{"transB", std::int64_t{1}}};
  OnnxValue hoisted;
  if (features.size > 0) {
    const OnnxValue of_condition = g.named(full + " of the condition", FloatMatrix(weight.rightCols(features.size)));
    hoisted = g.add("Gemm", {features.value, of_condition}, transposed);
  }
  const OnnxValue of_z = z > 0 ? g.named(full + " of z", FloatMatrix(weight.leftCols(z))) : OnnxValue();
  return [=, &g, of_time = FloatMatrix(weight.middleCols(z, waves))](const OnnxValue& x, const Times& times) {
    OnnxValue rest = g.constant(time_part(of_time, bias, times, time_embedding), {1, outputs});
    if (features.size > 0) rest = g.sum(hoisted, rest);
    return z > 0 ? g.add("Gemm", {x, of_z, rest}, transposed) : rest;
  };
}

OnnxNetwork onnx_mlp_of(const OnnxParts& p, const OnnxFeatures& features) {
  const OnnxSizes& s = p.sizes;
  std::vector<int> outputs = p.options.mlp.hidden;
  outputs.push_back(s.horizon * s.outputs);
  const OnnxNetwork first = onnx_conditioned_layer(p, "mlp.0_", outputs.front(), s.horizon * s.actions, features);
  return [=](const OnnxValue& z, const Times& times) {
    OnnxValue x = first(z, times);
    for (std::size_t i = 1; i < outputs.size(); ++i) {
      x = onnx_dense(p.graph, p.weights, fmt::format("mlp.{}_", i), outputs[i], outputs[i - 1], onnx_silu(p.graph, x));
    }
    return x;
  };
}

}  // namespace fm
