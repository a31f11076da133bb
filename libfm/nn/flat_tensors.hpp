#pragma once
// Tensors of one type and device in one flat buffer, so that elementwise updates of a model take one pass.

#include <ATen/core/Tensor.h>

#include <vector>

namespace fm {

/// Moves the values of leaf tensors into one buffer; each becomes a view of its part and remains a leaf for autograd.
/// @return (total size), in the order of the tensors
at::Tensor flatten_in_place(const std::vector<at::Tensor>& tensors);

/// Consecutive parts of a flat tensor, shaped as the given tensors.
std::vector<at::Tensor> parts_like(const at::Tensor& flat, at::TensorList tensors);

/// Uninitialised tensors for the gradients of the parameters: consecutive parts of one buffer.
std::vector<at::Tensor> gradient_parts(at::TensorList parameters);

/// The gradients of the parameters as one flat tensor: a view if they are consecutive in memory, as those of a fused
/// perceptron are, else a copy in `buffer`. A missing gradient counts as zeros.
at::Tensor flat_gradient(const std::vector<at::Tensor>& parameters, const at::Tensor& buffer);

}  // namespace fm
