#pragma once
// Tensors of one type and device in one flat buffer, so that what is done to each number of a model is done in one
// pass.

#include <ATen/core/Tensor.h>

#include <vector>

namespace fm {

/// Moves the values of leaf tensors into one buffer; each becomes a view of its part, and stays what it was to
/// autograd.
/// @return (all numbers), in the order of the tensors
at::Tensor flatten_in_place(const std::vector<at::Tensor>& tensors);

/// Parts of a flat tensor, one behind another, shaped as the given tensors.
std::vector<at::Tensor> parts_like(const at::Tensor& flat, const std::vector<at::Tensor>& tensors);

/// The gradients that backward() left in the parameters: where they lie one behind another in memory, as a fused
/// perceptron leaves them, a view of them, else a copy in `buffer`. A parameter without one counts as zeros.
at::Tensor flat_gradient(const std::vector<at::Tensor>& parameters, const at::Tensor& buffer);

}  // namespace fm
