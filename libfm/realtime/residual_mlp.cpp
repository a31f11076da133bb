#include "libfm/realtime/residual_mlp.hpp"

namespace fm {
namespace {

ConditionedLayer conditioned(const std::string& name, int z, const NetworkOptions& options, const NetworkShape& shape,
                             const std::vector<Times>& times, const CheckpointWeights& weights,
                             const Kernels& kernels) {
  const int width = options.residual_mlp.width, inputs = z + features_of(shape, options.time_embedding, times);
  return {kernels,
          weights.matrix(name + ".weight", width, inputs),
          weights.vector(name + ".bias", width),
          z,
          shape.condition(),
          options.time_embedding,
          times};
}

Dense linear(const CheckpointWeights& weights, const std::string& name, int outputs, int inputs, Precision precision,
             const Kernels& kernels) {
  return {kernels, weights.matrix(name + ".weight", outputs, inputs), weights.vector(name + ".bias", outputs),
          precision};
}

/// Splits a layer of `parts` times `width` outputs into `parts` layers.
std::vector<Dense> chunks(const CheckpointWeights& weights, const std::string& name, int parts, int width,
                          Precision precision, const Kernels& kernels) {
  const FloatMatrix weight = weights.matrix(name + ".weight", parts * width, width);
  const std::vector<float> bias = weights.vector(name + ".bias", parts * width);
  std::vector<Dense> layers;
  for (int part = 0; part < parts; ++part) {
    layers.emplace_back(kernels, weight.middleRows(part * width, width), std::span(bias).subspan(part * width, width),
                        precision);
  }
  return layers;
}

}  // namespace

RealtimeResidualMlp::RealtimeResidualMlp(const NetworkOptions& options, const NetworkShape& shape,
                                         const std::vector<Times>& times, const CheckpointWeights& weights,
                                         Precision precision, const Kernels& kernels)
    : kernels_(kernels), width_(options.residual_mlp.width), stride_(padded(width_)),
      evaluations_(static_cast<int>(times.size())), adaptive_norm_(options.residual_mlp.conditioning == "adaln"),
      enter_(conditioned("enter", shape.actions, options, shape, times, weights, kernels)),
      steer_(conditioned("steer", 0, options, shape, times, weights, kernels)),
      leave_(linear(weights, "leave", shape.actions, width_, precision, kernels)) {
  for (int i = 0; i < options.residual_mlp.blocks; ++i) {
    const CheckpointWeights block = weights.under(fmt::format("block_{}_", i));
    blocks_.push_back({chunks(block, "steer", static_cast<int>(parts()), width_, precision, kernels),
                       linear(block, "first", width_, width_, precision, kernels),
                       linear(block, "second", width_, width_, precision, kernels)});
  }
}

std::size_t RealtimeResidualMlp::scratch(int rows) const {
  const std::size_t steered = static_cast<std::size_t>(evaluations_) * (1 + blocks_.size() * parts());
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(stride_) * (5 + steered);
}

RealtimeResidualMlp::Buffers RealtimeResidualMlp::buffers(int rows, float* scratch) const {
  auto next = [&, free = scratch](int count) mutable {
    const RowView view{free, stride_};
    free = view.row(count);
    return view;
  };
  Buffers b{.enter_hoisted = next(rows),
            .steer_hoisted = next(rows),
            .x = next(rows),
            .normal = next(rows),
            .hidden = next(rows),
            .c = next(rows * evaluations_),
            .steering = nullptr};
  b.steering = b.c.row(rows * evaluations_);
  return b;
}

RowView RealtimeResidualMlp::steering(const Buffers& b, int rows, std::size_t block, std::size_t part,
                                      int index) const {
  const std::size_t place = (block * parts() + part) * static_cast<std::size_t>(evaluations_);
  return {b.steering + (place + static_cast<std::size_t>(index)) * static_cast<std::size_t>(rows * stride_), stride_};
}

void RealtimeResidualMlp::condition(int begin, int end, int rows, RowView features, float* scratch) const {
  const Buffers b = buffers(rows, scratch);
  enter_.condition(rows, features, b.enter_hoisted);
  steer_.condition(rows, features, b.steer_hoisted);
  const RowView c{b.c.row(begin * rows), stride_};
  const int all = (end - begin) * rows;
  for (int i = begin; i < end; ++i) {
    steer_.apply(i, rows, {nullptr, 0}, b.steer_hoisted, {b.c.row(i * rows), stride_});
  }
  kernels_.silu(c.data, all * stride_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    for (std::size_t part = 0; part < parts(); ++part) {
      blocks_[i].steer[part].apply(all, c, steering(b, rows, i, part, begin));
    }
  }
}

void RealtimeResidualMlp::evaluate(int index, int rows, RowView z, RowView y, float* scratch) const {
  const Buffers b = buffers(rows, scratch);
  enter_.apply(index, rows, z, b.enter_hoisted, b.x);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    adaptive_norm_ ? adaptive_norm(i, index, rows, b) : film(i, index, rows, b);
  }
  kernels_.silu(b.x.data, rows * stride_);
  leave_.apply(rows, b.x, y);
}

/// x + W_2 silu((1 + scale) W_1 x + shift)
void RealtimeResidualMlp::film(std::size_t block, int index, int rows, const Buffers& b) const {
  const float* scale = steering(b, rows, block, 0, index).data;
  const float* shift = steering(b, rows, block, 1, index).data;
  blocks_[block].first.apply(rows, b.x, b.hidden);
  kernels_.modulate(b.hidden.data, scale, shift, b.hidden.data, rows * stride_);
  kernels_.silu(b.hidden.data, rows * stride_);
  blocks_[block].second.apply_and_add(rows, b.hidden, b.x, b.x);
}

/// x + gate W_2 silu(W_1 ((1 + scale) norm(x) + shift))
void RealtimeResidualMlp::adaptive_norm(std::size_t block, int index, int rows, const Buffers& b) const {
  const float* scale = steering(b, rows, block, 0, index).data;
  const float* shift = steering(b, rows, block, 1, index).data;
  const float* gate = steering(b, rows, block, 2, index).data;
  for (int r = 0; r < rows; ++r) kernels_.layer_norm(b.x.row(r), b.normal.row(r), width_);
  kernels_.modulate(b.normal.data, scale, shift, b.normal.data, rows * stride_);
  blocks_[block].first.apply(rows, b.normal, b.hidden);
  kernels_.silu(b.hidden.data, rows * stride_);
  blocks_[block].second.apply(rows, b.hidden, b.normal);
  kernels_.add_gated(gate, b.normal.data, b.x.data, rows * stride_);
}

}  // namespace fm
