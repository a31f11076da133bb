#include "libfm/flow/path.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sqrt.h>

namespace fm {

Path make_path(const PathOptions& options) {
  return with_path(options,
                   [](const auto& path) -> Path { return [path](const at::Tensor& times) { return path.at(times); }; });
}

at::Tensor per_row(const at::Tensor& coefficients, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = coefficients.size(0);
  return coefficients.view(shape);
}

at::Tensor interpolate(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) {
  return per_row(point.alpha, x1) * x1 + per_row(point.sigma, z0) * z0;
}

at::Tensor path_velocity(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) {
  return per_row(point.alpha_dot, x1) * x1 + per_row(point.sigma_dot, z0) * z0;
}

}  // namespace fm
