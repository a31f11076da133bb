#include "libfm/realtime/mlp.hpp"

#include <algorithm>

namespace fm {
namespace {

std::vector<int> widths_of(const NetworkOptions& options, const NetworkShape& shape) {
  std::vector<int> widths = options.mlp.hidden;
  widths.push_back(shape.actions);
  return widths;
}

ConditionedLayer first_layer(const NetworkOptions& options, const NetworkShape& shape, const std::vector<Times>& times,
                             const CheckpointWeights& weights, const Kernels& kernels) {
  const int outputs = widths_of(options, shape).front();
  const int inputs = shape.actions + features_of(shape, options.time_embedding, times);
  return {kernels,
          weights.matrix("0_weight", outputs, inputs),
          weights.vector("0_bias", outputs),
          shape.actions,
          shape.condition(),
          options.time_embedding,
          times};
}

}  // namespace

RealtimeMlp::RealtimeMlp(const NetworkOptions& options, const NetworkShape& shape, const std::vector<Times>& times,
                         const CheckpointWeights& weights, Precision precision, const Kernels& kernels)
    : kernels_(kernels), first_(first_layer(options, shape, times, weights.under("mlp."), kernels)) {
  const std::vector<int> widths = widths_of(options, shape);
  for (std::size_t i = 1; i < widths.size(); ++i) {
    const CheckpointWeights layer = weights.under(fmt::format("mlp.{}_", i));
    layers_.emplace_back(kernels, layer.matrix("weight", widths[i], widths[i - 1]), layer.vector("bias", widths[i]),
                         precision);
  }
  widest_ = padded(*std::max_element(widths.begin(), widths.end()));
}

std::size_t RealtimeMlp::scratch(int rows) const {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(padded(first_.outputs()) + 2 * widest_);
}

void RealtimeMlp::condition(int, int, int rows, RowView features, float* scratch) const {
  first_.condition(rows, features, hoisted(scratch));
}

void RealtimeMlp::evaluate(int index, int rows, RowView z, RowView y, float* scratch) const {
  float* free = hoisted(scratch).row(rows);
  float* buffers[] = {free, free + rows * widest_};
  RowView x = layers_.empty() ? y : RowView{buffers[0], padded(first_.outputs())};
  first_.apply(index, rows, z, hoisted(scratch), x);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    kernels_.silu(x.data, static_cast<int>(rows * x.stride));
    const bool last = i + 1 == layers_.size();
    const RowView next = last ? y : RowView{buffers[(i + 1) % 2], padded(layers_[i].outputs())};
    layers_[i].apply(rows, x, next);
    x = next;
  }
}

}  // namespace fm
