#pragma once
// A whole multilayer perceptron as one node of the autograd graph, over the passes of mlp_pass.hpp: the same numbers as
// layer by layer within rounding, in less time. Its gradients are views of one buffer, in the order of the parameters.

#include "libfm/nn/mlp_regression.hpp"

#include <ATen/core/Tensor.h>

namespace fm {

/// W_n silu(... silu(W_0 x + b_0)) + b_n by LibTorch's operations, on any device and type.
/// @param x (..., inputs)
/// @param parameters W_0, b_0, W_1, b_1 ...; weights are (outputs, inputs)
at::Tensor layerwise_mlp(const at::Tensor& x, at::TensorList parameters);

/// Whether fused_mlp can take the place of layerwise_mlp: float32 in the CPU's memory, no tangent of forward-mode
/// differentiation (it has no rule for them), and a LibTorch whose products can be called.
bool fused_mlp_applies(const at::Tensor& x, at::TensorList parameters);

/// The same by one node. Within LibTorch's autocast to bfloat16 the factors of products are rounded to bfloat16, sums
/// stay float32. Differentiable twice: a backward pass that is itself recorded goes layer by layer.
at::Tensor fused_mlp(const at::Tensor& x, at::TensorList parameters);

/// mlp_regression over so many rows, where fused_mlp_applies. The gradient is set in the parameters, in place of what
/// stood there; they are of one buffer, as fused_mlp's.
/// @return the loss
double regress_mlp(std::int64_t rows, const MakeRows& make, at::TensorList parameters);

}  // namespace fm
