#include "libfm/nn/mlp_regression.hpp"

#include "libfm/nn/mlp_block.hpp"

namespace fm {
namespace {

/// Owned by the calling thread, used by all threads.
thread_local Scratch weights_scratch, tape_scratch, outputs_scratch, losses_scratch;
/// Owned by each thread.
thread_local Scratch inputs_scratch, targets_scratch, row_weights_scratch;

/// Layers rounded to the type of the products' factors; for float, the layers themselves.
template <class Number>
class Rounded {
 public:
  explicit Rounded(const MlpLayers<float>& exact) : exact_(exact) {
    std::size_t size = 0;
    for (const auto& layer : exact) size += numbers(layer);
    Number* weight = weights_scratch.reserve<Number>(size);
    for (const auto& layer : exact) {
      layers_.push_back({layer.inputs, layer.outputs, weight, layer.bias});
      places_.push_back(weight);
      weight += numbers(layer);
    }
  }

  const MlpLayers<Number>& layers() const { return layers_; }

  /// This thread's share of the rounding; ends with a barrier.
  void round() const {
    for (std::size_t i = 0; i < exact_.size(); ++i) {
      const std::int64_t size = numbers(exact_[i]), parts = omp_get_num_threads();
      const std::int64_t begin = size * omp_get_thread_num() / parts, end = size * (omp_get_thread_num() + 1) / parts;
      layer_kernels<Number>().round(end - begin, exact_[i].weight + begin, places_[i] + begin);
    }
#pragma omp barrier
  }

 private:
  static std::size_t numbers(const MlpLayer<float>& layer) {
    return static_cast<std::size_t>(layer.inputs) * layer.outputs;
  }

  const MlpLayers<float>& exact_;
  MlpLayers<Number> layers_;
  std::vector<Number*> places_;
};

template <>
class Rounded<float> {
 public:
  explicit Rounded(const MlpLayers<float>& exact) : exact_(exact) {}
  const MlpLayers<float>& layers() const { return exact_; }
  void round() const {}

 private:
  const MlpLayers<float>& exact_;
};

/// Replaces y by the gradient of the mean of weight (y - target)^2.
/// @param total rows times outputs of the whole batch
/// @return the block's sum of weight (y - target)^2
double squared_error(const RegressionRows& block_rows, int outputs, double total, float* y) {
  const auto scale = static_cast<float>(2.0 / total);
  double sum = 0.0;
  for (int i = 0; i < block_rows.count; ++i) {
    float row = 0.0F;
    for (int j = 0; j < outputs; ++j, ++y) {
      const float error = *y - block_rows.targets[static_cast<std::int64_t>(i) * outputs + j];
      row += error * error;
      *y = scale * block_rows.weights[i] * error;
    }
    sum += static_cast<double>(block_rows.weights[i] * row);
  }
  return sum;
}

}  // namespace

template <class Number>
double mlp_regression(const MlpBlocks& blocks, const MlpLayers<float>& exact, const FillRows& fill,
                      const MlpGradients& gradients) {
  const Rounded<Number> rounded(exact);
  const MlpLayers<Number>& layers = rounded.layers();
  const OutputGradients<Number> g(blocks, layers);
  const auto rows = static_cast<std::size_t>(blocks.rows);
  const int inputs = exact.front().inputs, outputs = exact.back().outputs;
  const std::size_t size = tape_size(layers, blocks.rows);
  Number *memory = tape_scratch.reserve<Number>(size + rows * inputs), *x = memory + size;
  const MlpTape<Number> tape = make_tape<Number>(layers, blocks.rows, x, memory);
  float* y = outputs_scratch.reserve<float>(rows * outputs);
  double* losses = losses_scratch.reserve<double>(static_cast<std::size_t>(blocks.count));
#pragma omp parallel num_threads(blocks.threads) if (blocks.count > 1)
  {
    rounded.round();
    for_blocks(blocks, [&](int block, int begin, int count) {
      const auto n = static_cast<std::size_t>(count);
      const RegressionRows block_rows{begin, count, inputs_scratch.reserve<float>(n * inputs),
                                      targets_scratch.reserve<float>(n * outputs),
                                      row_weights_scratch.reserve<float>(n)};
      fill(block_rows);
      layer_kernels<Number>().round(static_cast<std::int64_t>(n) * inputs, block_rows.inputs,
                                    x + static_cast<std::int64_t>(begin) * inputs);
      block_forward(layers, tape, y, begin, count);
      float* first = y + static_cast<std::int64_t>(begin) * outputs;
      losses[block] = squared_error(block_rows, outputs, static_cast<double>(rows * outputs), first);
      block_backward(layers, tape, y, g, nullptr, block, begin, count);
    });
    parameter_gradients(blocks, layers, tape, g, gradients);
  }
  double loss = 0.0;
  for (int b = 0; b < blocks.count; ++b) loss += losses[b];
  return loss / static_cast<double>(rows * outputs);
}

template double mlp_regression<float>(const MlpBlocks&, const MlpLayers<float>&, const FillRows&, const MlpGradients&);
template double mlp_regression<Bfloat16>(const MlpBlocks&, const MlpLayers<float>&, const FillRows&,
                                         const MlpGradients&);

}  // namespace fm
