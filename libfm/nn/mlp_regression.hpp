#pragma once
// Regression with a perceptron without autograd: the mean squared error over rows that are generated on the fly, and
// its gradient, forward and backward in one parallel region. Avoids the autograd graph, copies between operations and
// almost all synchronisation.

#include "libfm/nn/mlp_pass.hpp"

#include <functional>

namespace fm {

/// Rows [begin, begin + count) of a batch, filled by one thread.
struct RegressionRows {
  int begin;
  int count;
  float* inputs;   ///< (count, inputs); output, as are the following
  float* targets;  ///< (count, outputs)
  float* weights;  ///< (count), of the rows' squared errors
};

using FillRows = std::function<void(const RegressionRows& rows)>;

/// Computes the gradients of the mean over rows and outputs of weight (y - target)^2.
/// @param layers in float32; weights and inputs are rounded to Number, the type of the products' factors
/// @return the mean
template <class Number>
double mlp_regression(const MlpBlocks& blocks, const MlpLayers<float>& layers, const FillRows& fill,
                      const MlpGradients& gradients);

}  // namespace fm
