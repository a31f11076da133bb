#pragma once
// Forward and backward passes of a perceptron with SiLU between its layers (mlp.hpp) on plain memory. Number is the
// type of the products' factors, float or Bfloat16; sums are float.
//
// Rows are divided into blocks. A block goes through all layers on one thread, so its activations stay in that thread's
// cache. Only the weight gradients need all rows: the threads synchronise once, then each computes its share of every
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

/// Division of rows into blocks that fit the cache, distributed evenly over the threads.
struct MlpBlocks {
  MlpBlocks(int total_rows, int thread_count);

  int rows;
  int threads;
  int block;  ///< rows in a block; the last may have fewer
  int count;
};

/// What the forward pass saves for the backward pass, for each layer.
template <class Number>
struct MlpTape {
  std::vector<const Number*> inputs;  ///< (rows, inputs)
  std::vector<Number*> outputs;       ///< (rows, outputs), of hidden layers: the next one's inputs
  std::vector<Number*> slopes;        ///< (rows, outputs), of hidden layers: the derivatives of SiLU
};

/// Numbers needed for a tape of `rows` rows, besides its first input.
template <class Number>
std::size_t tape_size(const MlpLayers<Number>& layers, int rows);

/// @param x (rows, inputs)
/// @param memory of tape_size numbers
template <class Number>
MlpTape<Number> make_tape(const MlpLayers<Number>& layers, int rows, const Number* x, Number* memory);

/// Outputs of gradients; null: not needed.
struct MlpGradients {
  float* x;                     ///< (rows, inputs)
  std::vector<float*> weights;  ///< of each layer
  std::vector<float*> biases;
};

/// @param x (rows, inputs)
/// @param y (rows, outputs)
template <class Number>
void mlp_forward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const Number* x, float* y);

/// The same from tape.inputs[0]; fills the rest of the tape.
template <class Number>
void mlp_forward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape, float* y);

/// @param g_y (rows, outputs), the gradient with respect to y
template <class Number>
void mlp_backward(const MlpBlocks& blocks, const MlpLayers<Number>& layers, const MlpTape<Number>& tape,
                  const float* g_y, const MlpGradients& gradients);

}  // namespace fm
