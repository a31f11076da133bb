#pragma once
// The paths of model/path.hpp for batches of tensors, by name.

#include "libfm/model/path.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <string_view>

namespace fm {

/// The four numbers at times (N).
using Path = std::function<PathPoint<at::Tensor>(const at::Tensor& times)>;

/// @throws InputError for a name that is not in the table.
Path make_path(std::string_view name);

/// z_t = alpha x1 + sigma z0.
/// @param x1, z0 (N, ...)
at::Tensor interpolate(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0);

/// v = alpha' x1 + sigma' z0.
at::Tensor path_velocity(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0);

}  // namespace fm
