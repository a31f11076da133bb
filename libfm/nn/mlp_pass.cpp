#include "libfm/nn/mlp_pass.hpp"

#include "libfm/nn/mlp_block.hpp"

namespace fm {
namespace {

/// n numbers, rounded up so that the following array begins on a cache line.
std::size_t padded(std::size_t n) { return (n + 31) / 32 * 32; }

thread_local Scratch activations_scratch;

}  // namespace

MlpBlocks::MlpBlocks(int total_rows, int thread_count) : rows(total_rows), threads(thread_count) {
  constexpr int max_rows = 512, min_rows = 16;  // rows: above, activations exceed the cache; below, rows cost more
  const int wanted = (rows + max_rows - 1) / max_rows;
  const int for_all = (wanted + threads - 1) / threads * threads;
  count = std::max(1, std::min(for_all, rows / min_rows));
  block = std::max(1, (rows + count - 1) / count);
  count = (rows + block - 1) / block;
}

template <class Number>
std::size_t tape_size(const MlpLayers<Number>& layers, int rows) {
  std::size_t size = 0;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    size += 2 * padded(static_cast<std::size_t>(rows) * layers[i].outputs);
  }
  return size;
}

template <class Number>
MlpTape<Number> make_tape(const MlpLayers<Number>& layers, int rows, const Number* x, Number* memory) {
  MlpTape<Number> tape{.inputs = {x}, .outputs = {}, .slopes = {}};
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    const std::size_t size = padded(static_cast<std::size_t>(rows) * layers[i].outputs);
    tape.outputs.push_back(memory);
    tape.slopes.push_back(memory + size);
    tape.inputs.push_back(memory);
    memory += 2 * size;
  }
  return tape;
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
#pragma omp parallel num_threads(blocks.threads) if (blocks.count > 1)
  for_blocks(blocks, [&](int, int begin, int rows) { block_forward(layers, tape, y, begin, rows); });
}

template <class Number>
void mlp_backward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape,
                  const float* g_y, const MlpGradients& gradients) {
  const OutputGradients<Number> g(blocks, layers);
#pragma omp parallel num_threads(blocks.threads) if (blocks.count > 1)
  {
    for_blocks(blocks, [&](int block, int begin, int rows) {
      block_backward(layers, tape, g_y, g, gradients.x, block, begin, rows);
    });
    parameter_gradients(blocks, layers, tape, g, gradients);
  }
}

template std::size_t tape_size(const MlpLayers<float>&, int);
template std::size_t tape_size(const MlpLayers<Bfloat16>&, int);
template MlpTape<float> make_tape(const MlpLayers<float>&, int, const float*, float*);
template MlpTape<Bfloat16> make_tape(const MlpLayers<Bfloat16>&, int, const Bfloat16*, Bfloat16*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<float>&, const float*, float*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<Bfloat16>&, const Bfloat16*, float*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<float>&, const MlpTape<float>&, float*);
template void mlp_forward(const MlpBlocks&, const MlpLayers<Bfloat16>&, const MlpTape<Bfloat16>&, float*);
template void mlp_backward(const MlpBlocks&, const MlpLayers<float>&, const MlpTape<float>&, const float*,
                           const MlpGradients&);
template void mlp_backward(const MlpBlocks&, const MlpLayers<Bfloat16>&, const MlpTape<Bfloat16>&, const float*,
                           const MlpGradients&);

}  // namespace fm
