#pragma once
// The paths of flow_math/path.hpp for batches of tensors.

#include "libfm/flow_math/path.hpp"

#include <ATen/core/Tensor.h>

#include <functional>

namespace fm {

/// alpha, sigma and their derivatives, (N) each, at times (N).
using Path = std::function<PathPoint<at::Tensor>(const at::Tensor& times)>;

Path make_path(const PathOptions& options);

/// Coefficients (N) as (N, 1, ...), to multiply values of as many dimensions as `like`.
at::Tensor per_row(const at::Tensor& coefficients, const at::Tensor& like);

/// z_t = alpha x1 + sigma z0.
/// @param x1, z0 (N, ...)
at::Tensor interpolate(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0);

/// v = alpha' x1 + sigma' z0.
/// @param x1, z0 (N, ...)
at::Tensor path_velocity(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0);

}  // namespace fm
