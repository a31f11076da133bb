#pragma once
// Passes through a perceptron on CUDA without autograd, whose inputs are [z, embedded time, observations (N, O)]: LibTorch's
// matrix products with a few kernels between them, or kernels that do both. Under LibTorch's autocast the factors of
// products are rounded to bfloat16, or where all products are small to TF32, which has more bits; sums stay float32.

#include "libfm/nn/cuda_support.hpp"

namespace fm {

/// Whether the passes can be used: float32 tensors on CUDA without forward-mode tangents, hidden layers of multiples of 4,
/// and kernels that compile.
bool cuda_passes_apply(const at::Tensor& z, at::TensorList parameters);

/// @param z (N, S)
/// @param times (N)
/// @param parameters W_0, b_0, W_1, b_1 ...
/// @return (N, outputs)
at::Tensor outputs_on_cuda(const at::Tensor& z, const at::Tensor& times, const at::Tensor& frequencies,
                           const at::Tensor& observations, at::TensorList parameters);

/// The mean of weight (output - target)^2 at the points, whose gradient replaces the gradients of the parameters: views of
/// one buffer. Gradients of the weights are computed on a second stream, beside the way back through the layers.
/// @return the loss, a scalar
at::Tensor regress_mlp_on_cuda(const DevicePoints& points, const at::Tensor& frequencies,
                               const at::Tensor& observations, at::TensorList parameters);

}  // namespace fm
