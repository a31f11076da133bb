#include "libfm/flow/path.hpp"

#include "libfm/core/error.hpp"

#include <ATen/TensorOperators.h>

namespace fm {
namespace {

/// Coefficients (N) as (N, 1, ...), to multiply values of as many dimensions as `like`.
at::Tensor per_row(const at::Tensor& coefficients, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = coefficients.size(0);
  return coefficients.view(shape);
}

struct Row {
  std::string_view name;
  PathPoint<at::Tensor> (*at)(const at::Tensor& times);
};

template <class P>
constexpr Row row() {
  return {P::name, [](const at::Tensor& times) { return P{}.at(times); }};
}

constexpr Row table[] = {row<LinearPath>()};

}  // namespace

Path make_path(std::string_view name) {
  for (const Row& row : table) {
    if (row.name == name) return row.at;
  }
  throw_input_error("policy.flow.path: no path '{}'", name);
}

at::Tensor interpolate(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) {
  return per_row(point.alpha, x1) * x1 + per_row(point.sigma, z0) * z0;
}

at::Tensor path_velocity(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) {
  return per_row(point.alpha_dot, x1) * x1 + per_row(point.sigma_dot, z0) * z0;
}

}  // namespace fm
