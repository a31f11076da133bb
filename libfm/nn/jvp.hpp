#pragma once
// Directional derivatives by forward-mode differentiation: f(x) and df/dx times a tangent, in one pass.

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>
#include <vector>

namespace fm {

struct Dual {
  at::Tensor value;    ///< f(x), differentiable by backward as usual
  at::Tensor tangent;  ///< sum_i df/dx_i tangent_i
};

/// Must not be nested or called concurrently: LibTorch has a single level of forward-mode differentiation.
/// @param tangents with the shapes of the inputs
Dual jvp(const std::function<at::Tensor(std::span<const at::Tensor>)>& f, const std::vector<at::Tensor>& inputs,
         const std::vector<at::Tensor>& tangents);

}  // namespace fm
