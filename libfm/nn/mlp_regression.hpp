#pragma once
// Regression with a perceptron, by hand: the mean squared error over rows that are made on the spot, and its gradient,
// forward and backward in one parallel region. What remains of a training step when autograd's graph, the copies
// between operations and nearly all waiting are taken out of it.

#include "libfm/nn/mlp_pass.hpp"

#include <functional>

namespace fm {

/// Rows [begin, begin + count) of a batch, made by one thread.
struct RegressionRows {
  int begin;
  int count;
  float* inputs;   ///< (count, inputs), to be filled, as the others
  float* targets;  ///< (count, outputs)
  float* weights;  ///< (count), of the rows' squared errors
};

using MakeRows = std::function<void(const RegressionRows& rows)>;

/// The mean over rows and outputs of weight (y - target)^2.
/// @param layers in float32; Number is the type of the products' factors, into which weights and inputs are rounded
template <class Number>
double mlp_regression(const MlpBlocks& blocks, const MlpLayers<float>& layers, const MakeRows& make,
                      const MlpGradients& gradients);

}  // namespace fm
