#pragma once
// The passes of a perceptron with SiLU between its layers (mlp.hpp) over plain memory. Number is the type of the
// products' factors, float or Bfloat16; sums are float.
//
// Rows are cut into blocks. A block goes through all layers on one thread, so its activations stay in that thread's
// cache. Only the weights' gradients need all rows: the threads meet once, then each computes its share of every
// layer's outputs.

#include "libfm/nn/kernels.hpp"

#include <vector>

namespace fm {

template <class Number>
struct MlpLayer {
  int inputs;
  int outputs;
  const Number* weight;  ///< (outputs, inputs)
  const float* bias;     ///< (outputs)
};

template <class Number>
using MlpLayers = std::vector<MlpLayer<Number>>;

/// How rows are cut: into blocks that fit the cache, as many for each thread.
struct MlpBlocks {
  MlpBlocks(int total_rows, int thread_count);

  int rows;
  int threads;
  int block;  ///< rows in one, the last perhaps less
  int count;
};

/// What a forward pass leaves to the backward pass, for each layer.
template <class Number>
struct MlpTape {
  std::vector<const Number*> inputs;  ///< (rows, inputs)
  std::vector<Number*> outputs;       ///< (rows, outputs), of hidden layers: the next one's inputs
  std::vector<Number*> slopes;        ///< (rows, outputs), of hidden layers: the derivatives of SiLU
};

/// Numbers that a tape of so many rows takes beside its first input.
template <class Number>
std::size_t tape_size(const MlpLayers<Number>& layers, int rows);

/// @param x (rows, inputs)
/// @param memory of tape_size numbers
template <class Number>
MlpTape<Number> make_tape(const MlpLayers<Number>& layers, int rows, const Number* x, Number* memory);

/// Where gradients go; null: not wanted.
struct MlpGradients {
  float* x;                     ///< (rows, inputs)
  std::vector<float*> weights;  ///< of each layer
  std::vector<float*> biases;
};

/// @param x (rows, inputs)
/// @param y (rows, outputs)
template <class Number>
void mlp_forward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const Number* x, float* y);

/// The same from tape.inputs[0], and fills the rest of the tape.
template <class Number>
void mlp_forward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape, float* y);

/// @param g_y (rows, outputs), the gradient in y
template <class Number>
void mlp_backward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape,
                  const float* g_y, const MlpGradients& gradients);

}  // namespace fm
