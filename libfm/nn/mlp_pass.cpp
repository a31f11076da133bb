#include "libfm/nn/mlp_pass.hpp"

#include "libfm/nn/serial_product.hpp"

#include <omp.h>

#include <algorithm>
#include <memory>
#include <new>

namespace fm {
namespace {

/// Memory of this thread that is kept from pass to pass.
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

thread_local Scratch sums_scratch, activations_scratch, gradients_scratch, bias_scratch;

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
int widest(const MlpLayers<Number>& layers) {
  int width = 0;
  for (const auto& layer : layers) width = std::max({width, layer.inputs, layer.outputs});
  return width;
}

void add_bias(MatrixView<float> y, const float* bias) {
  for (int i = 0; i < y.rows; ++i) {
    for (int j = 0; j < y.columns; ++j) y.values[static_cast<std::int64_t>(i) * y.columns + j] += bias[j];
  }
}

/// Calls work(begin, rows) for every block, in parallel.
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
  add_bias(y, layer.bias);
}

/// Where each layer's gradients stand in a row of all of them, and the width of that row.
template <class Number>
std::vector<std::int64_t> output_offsets(const MlpLayers<Number>& layers) {
  std::vector<std::int64_t> offsets = {0};
  for (const auto& layer : layers) offsets.push_back(offsets.back() + layer.outputs);
  return offsets;
}

/// A backward pass under way: the gradients in every layer's outputs before SiLU, and their sums over each block.
template <class Number>
struct OutputGradients {
  std::vector<std::int64_t> offsets;
  Number* values;  ///< layer after layer, (rows, outputs)
  float* sums;     ///< (blocks, all outputs)
  int rows;

  Number* layer(std::size_t i) const { return values + offsets[i] * rows; }
  float* sum(int block, std::size_t i) const { return sums + block * offsets.back() + offsets[i]; }
};

template <class Number>
void block_backward(const MlpLayers<Number>& layers, const MlpTape<Number>& tape, const float* g_y,
                    const OutputGradients<Number>& g, float* g_x, int block, int begin, int rows) {
  const LayerKernels<Number>& kernels = layer_kernels<Number>();
  float* g_h = sums_scratch.reserve<float>(static_cast<std::size_t>(rows) * widest(layers));
  std::fill_n(g.sum(block, 0), g.offsets.back(), 0.0F);
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

/// Part `part` of `parts` of a layer's weight gradient g' x, by its outputs.
template <class Number>
void weight_gradient(const MlpLayer<Number>& layer, const Number* g, const Number* x, int rows, float* gradient,
                     int part, int parts) {
  const int begin = layer.outputs * part / parts, end = layer.outputs * (part + 1) / parts;
  if (begin == end) return;
  product_tn<Number>({g + begin, rows, end - begin, layer.outputs}, {x, rows, layer.inputs, layer.inputs},
                     rows_of(gradient, begin, end - begin, layer.inputs));
}

/// Block after block, so that the order of additions does not depend on which thread is first.
template <class Number>
void bias_gradient(const OutputGradients<Number>& g, int blocks, std::size_t layer, float* gradient) {
  const std::int64_t outputs = g.offsets[layer + 1] - g.offsets[layer];
  std::copy_n(g.sum(0, layer), outputs, gradient);
  for (int b = 1; b < blocks; ++b) {
    for (std::int64_t j = 0; j < outputs; ++j) gradient[j] += g.sum(b, layer)[j];
  }
}

}  // namespace

MlpBlocks::MlpBlocks(int total_rows, int thread_count) : rows(total_rows), threads(thread_count) {
  constexpr int most = 512, least = 16;  // rows; above, activations leave the cache; below, each row costs more
  const int wanted = (rows + most - 1) / most;
  const int for_all = (wanted + threads - 1) / threads * threads;
  count = std::max(1, std::min(for_all, rows / least));
  block = std::max(1, (rows + count - 1) / count);
  count = (rows + block - 1) / block;
}

template <class Number>
void mlp_forward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const Number* x, float* y) {
  const LayerKernels<Number>& kernels = layer_kernels<Number>();
  const auto size = static_cast<std::size_t>(blocks.block) * widest(layers);
#pragma omp parallel num_threads(blocks.threads) if (blocks.count > 1)
  for_blocks(blocks, [&](int, int begin, int rows) {
    float* z = sums_scratch.reserve<float>(size);
    Number* h = activations_scratch.reserve<Number>(size);
    MatrixView<const Number> input = rows_of(x, begin, rows, layers[0].inputs);
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      const int outputs = layers[i].outputs;
      product_nt(input, weight_of(layers[i]), {z, rows, outputs, outputs});
      kernels.silu(rows, outputs, z, layers[i].bias, h);
      input = {h, rows, outputs, outputs};
    }
    last_layer(layers.back(), input, rows_of(y, begin, rows, layers.back().outputs));
  });
}

template <class Number>
void mlp_forward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape, float* y) {
  const LayerKernels<Number>& kernels = layer_kernels<Number>();
  const auto size = static_cast<std::size_t>(blocks.block) * widest(layers);
#pragma omp parallel num_threads(blocks.threads) if (blocks.count > 1)
  for_blocks(blocks, [&](int, int begin, int rows) {
    float* z = sums_scratch.reserve<float>(size);
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      const int outputs = layers[i].outputs;
      const std::int64_t first = static_cast<std::int64_t>(begin) * outputs;
      product_nt(rows_of(tape.inputs[i], begin, rows, layers[i].inputs), weight_of(layers[i]),
                 {z, rows, outputs, outputs});
      kernels.silu_and_slope(rows, outputs, z, layers[i].bias, tape.outputs[i] + first, tape.slopes[i] + first);
    }
    last_layer(layers.back(), rows_of(tape.inputs.back(), begin, rows, layers.back().inputs),
               rows_of(y, begin, rows, layers.back().outputs));
  });
}

template <class Number>
void mlp_backward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape,
                  const float* g_y, const MlpGradients& gradients) {
  OutputGradients<Number> g{.offsets = output_offsets(layers), .values = nullptr, .sums = nullptr, .rows = blocks.rows};
  const auto width = static_cast<std::size_t>(g.offsets.back());
  g.values = gradients_scratch.reserve<Number>(width * blocks.rows);
  g.sums = bias_scratch.reserve<float>(width * blocks.count);
  const auto layer_count = static_cast<int>(layers.size());
#pragma omp parallel num_threads(blocks.threads) if (blocks.count > 1)
  {
    for_blocks(blocks, [&](int block, int begin, int rows) {
      block_backward(layers, tape, g_y, g, gradients.x, block, begin, rows);
    });
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (gradients.weights[i] == nullptr) continue;
      weight_gradient(layers[i], g.layer(i), tape.inputs[i], blocks.rows, gradients.weights[i], omp_get_thread_num(),
                      omp_get_num_threads());
    }
#pragma omp for schedule(static) nowait
    for (int i = 0; i < layer_count; ++i) {
      if (gradients.biases[i] != nullptr) bias_gradient(g, blocks.count, i, gradients.biases[i]);
    }
  }
}

template void mlp_forward(const MlpBlocks&, const MlpLayers<float>&, const float*, float*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<Bfloat16>&, const Bfloat16*, float*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<float>&, const MlpTape<float>&, float*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<Bfloat16>&, const MlpTape<Bfloat16>&, float*);
template void mlp_backward(const MlpBlocks&, const MlpLayers<float>&, const MlpTape<float>&, const float*,
                           const MlpGradients&);
template void mlp_backward(const MlpBlocks&, const MlpLayers<Bfloat16>&, const MlpTape<Bfloat16>&, const float*,
                           const MlpGradients&);

}  // namespace fm
