#pragma once
// Squared errors per row, used by all losses in this folder.

#include <ATen/core/Tensor.h>

namespace fm {

/// The mean of (output - target)^2 over all but the first dimension, (N).
inline at::Tensor squared_errors(const at::Tensor& output, const at::Tensor& target) {
  return (output - target).square().flatten(1).mean(1);
}

}  // namespace fm
