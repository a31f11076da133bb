#pragma once
// One thread's part of a perceptron's passes (mlp_pass.hpp, mlp_regression.hpp): a block of rows through all layers,
// then its share of the gradients that need all rows. Called within a parallel region.

#include "libfm/nn/mlp_pass.hpp"
#include "libfm/nn/serial_product.hpp"

#include <omp.h>

#include <algorithm>
#include <memory>
#include <new>

namespace fm {

/// A thread's memory, reused across passes.
class Scratch {
 public:
  template <class Number>
  Number* reserve(std::size_t count) {
    const std::size_t bytes = count * sizeof(Number);
    if (bytes > size_) {
      memory_.reset(static_cast<std::byte*>(::operator new(bytes, alignment)));
      size_ = bytes;
    }
    return reinterpret_cast<Number*>(memory_.get());
  }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Delete {
    void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
  };

  std::unique_ptr<std::byte, Delete> memory_;
  std::size_t size_ = 0;
};

inline thread_local Scratch sums_scratch;  ///< of a layer's outputs in a block, before SiLU or its slope

/// Rows [begin, begin + count) of a matrix.
template <class Number>
MatrixView<Number> rows_of(Number* matrix, int begin, int count, int columns) {
  return {matrix + static_cast<std::int64_t>(begin) * columns, count, columns, columns};
}

template <class Number>
MatrixView<const Number> weight_of(const MlpLayer<Number>& layer) {
  return {layer.weight, layer.outputs, layer.inputs, layer.inputs};
}

template <class Number>
std::size_t widest(const MlpLayers<Number>& layers) {
  int width = 0;
  for (const auto& layer : layers) width = std::max({width, layer.inputs, layer.outputs});
  return static_cast<std::size_t>(width);
}

/// Calls work(block, begin, rows) for every block, each on one thread; ends with a barrier.
template <class Work>
void for_blocks(const MlpBlocks& blocks, const Work& work) {
#pragma omp for schedule(static)
  for (int i = 0; i < blocks.count; ++i) {
    work(i, i * blocks.block, std::min(blocks.block, blocks.rows - i * blocks.block));
  }
}

/// y = W x + b of the last layer, for rows of x.
template <class Number>
void last_layer(const MlpLayer<Number>& layer, MatrixView<const Number> x, MatrixView<float> y) {
  product_nt(x, weight_of(layer), y);
  for (int i = 0; i < y.rows; ++i) {
    for (int j = 0; j < y.columns; ++j) y.values[static_cast<std::int64_t>(i) * y.columns + j] += layer.bias[j];
  }
}

/// The forward pass of a block from tape.inputs[0]; fills the rest of the tape.
/// @param y (all rows, outputs)
template <class Number>
void block_forward(const MlpLayers<Number>& layers, const MlpTape<Number>& tape, float* y, int begin, int rows) {
  const LayerKernels<Number>& kernels = layer_kernels<Number>();
  float* z = sums_scratch.reserve<float>(static_cast<std::size_t>(rows) * widest(layers));
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    const int outputs = layers[i].outputs;
    const std::int64_t first = static_cast<std::int64_t>(begin) * outputs;
    product_nt(rows_of(tape.inputs[i], begin, rows, layers[i].inputs), weight_of(layers[i]),
               {z, rows, outputs, outputs});
    kernels.silu_and_slope(rows, outputs, z, layers[i].bias, tape.outputs[i] + first, tape.slopes[i] + first);
  }
  last_layer(layers.back(), rows_of(tape.inputs.back(), begin, rows, layers.back().inputs),
             rows_of(y, begin, rows, layers.back().outputs));
}

/// Gradients of a backward pass with respect to every layer's outputs before SiLU, and their sums over each block. Uses
/// the calling thread's scratch memory: one instance at a time.
template <class Number>
class OutputGradients {
 public:
  OutputGradients(const MlpBlocks& blocks, const MlpLayers<Number>& layers) : rows_(blocks.rows) {
    thread_local Scratch values, sums;
    for (const auto& layer : layers) offsets_.push_back(offsets_.back() + layer.outputs);
    values_ = values.reserve<Number>(width() * blocks.rows);
    sums_ = sums.reserve<float>(width() * blocks.count);
  }

  Number* layer(std::size_t i) const { return values_ + offsets_[i] * rows_; }
  std::int64_t outputs(std::size_t i) const { return offsets_[i + 1] - offsets_[i]; }
  float* sum(int block, std::size_t i) const { return sums_ + block * offsets_.back() + offsets_[i]; }
  void clear_sums(int block) const { std::fill_n(sum(block, 0), width(), 0.0F); }

 private:
  std::size_t width() const { return static_cast<std::size_t>(offsets_.back()); }

  int rows_;
  std::vector<std::int64_t> offsets_ = {0};  ///< of each layer in a concatenated row, then the row's width
  Number* values_;                           ///< layer after layer, (rows, outputs)
  float* sums_;                              ///< (blocks, all outputs)
};

/// @param g_y (all rows, outputs)
/// @param g_x (all rows, inputs), or null
template <class Number>
void block_backward(const MlpLayers<Number>& layers, const MlpTape<Number>& tape, const float* g_y,
                    const OutputGradients<Number>& g, float* g_x, int block, int begin, int rows) {
  const LayerKernels<Number>& kernels = layer_kernels<Number>();
  float* g_h = sums_scratch.reserve<float>(static_cast<std::size_t>(rows) * widest(layers));
  g.clear_sums(block);
  for (std::size_t i = layers.size(); i-- > 0;) {
    const int outputs = layers[i].outputs;
    const MatrixView<Number> of_layer = rows_of(g.layer(i), begin, rows, outputs);
    const std::int64_t first = static_cast<std::int64_t>(begin) * outputs;
    if (i + 1 == layers.size()) {
      kernels.convert(rows, outputs, g_y + first, of_layer.values, g.sum(block, i));
    } else {
      const auto above = rows_of<const Number>(g.layer(i + 1), begin, rows, layers[i + 1].outputs);
      product_nn(above, weight_of(layers[i + 1]), {g_h, rows, outputs, outputs});
      kernels.through_slope(rows, outputs, g_h, tape.slopes[i] + first, of_layer.values, g.sum(block, i));
    }
  }
  if (g_x != nullptr) {
    const auto above = rows_of<const Number>(g.layer(0), begin, rows, layers[0].outputs);
    product_nn(above, weight_of(layers[0]), rows_of(g_x, begin, rows, layers[0].inputs));
  }
}

/// This thread's share of a layer's weight gradient g' x, by its outputs.
template <class Number>
void weight_gradient(const MlpLayer<Number>& layer, const Number* g, const Number* x, int rows, float* gradient) {
  const int part = omp_get_thread_num(), parts = omp_get_num_threads();
  const int begin = layer.outputs * part / parts, end = layer.outputs * (part + 1) / parts;
  if (begin == end) return;
  product_tn<Number>({g + begin, rows, end - begin, layer.outputs}, {x, rows, layer.inputs, layer.inputs},
                     rows_of(gradient, begin, end - begin, layer.inputs));
}

/// Adds block after block, so that the order of additions does not depend on thread timing.
template <class Number>
void bias_gradient(const OutputGradients<Number>& g, int blocks, std::size_t layer, float* gradient) {
  std::copy_n(g.sum(0, layer), g.outputs(layer), gradient);
  for (int b = 1; b < blocks; ++b) {
    for (std::int64_t j = 0; j < g.outputs(layer); ++j) gradient[j] += g.sum(b, layer)[j];
  }
}

/// This thread's share of the gradients of weights and biases, after all blocks.
template <class Number>
void parameter_gradients(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape,
                         const OutputGradients<Number>& g, const MlpGradients& gradients) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (gradients.weights[i] == nullptr) continue;
    weight_gradient(layers[i], g.layer(i), tape.inputs[i], blocks.rows, gradients.weights[i]);
  }
  const auto count = static_cast<int>(layers.size());
#pragma omp for schedule(static) nowait
  for (int i = 0; i < count; ++i) {
    if (gradients.biases[i] != nullptr) bias_gradient(g, blocks.count, i, gradients.biases[i]);
  }
}

}  // namespace fm
