#pragma once
// A multilayer perceptron as a single node of the autograd graph, with the passes of mlp_pass.hpp: the same results as
// layer by layer within rounding, but faster. Its gradients are views of one buffer, in the order of the parameters.

#include "libfm/nn/mlp_regression.hpp"

#include <ATen/core/Tensor.h>

namespace fm {

/// W_n silu(... silu(W_0 x + b_0)) + b_n by LibTorch's operations, on any device and type.
/// @param x (..., inputs)
/// @param parameters W_0, b_0, W_1, b_1 ...; weights are (outputs, inputs)
at::Tensor layerwise_mlp(const at::Tensor& x, at::TensorList parameters);

/// Whether fused_mlp can replace layerwise_mlp: requires float32 on the CPU, no forward-mode tangents (not
/// implemented), and a LibTorch that exports its matrix products (serial_product.hpp).
bool fused_mlp_applies(const at::Tensor& x, at::TensorList parameters);

/// layerwise_mlp as a single node. Under LibTorch's autocast to bfloat16 the factors of products are rounded to
/// bfloat16; sums stay float32. Twice differentiable: a recorded backward pass is computed layer by layer.
at::Tensor fused_mlp(const at::Tensor& x, at::TensorList parameters);

/// mlp_regression over `rows` rows; requires fused_mlp_applies. Replaces the gradients of the parameters with views of
/// one buffer, as fused_mlp does.
/// @return the loss
double regress_mlp(std::int64_t rows, const FillRows& fill, at::TensorList parameters);

}  // namespace fm
