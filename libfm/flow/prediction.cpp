#include "libfm/flow/prediction.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

namespace fm {
namespace {

at::Tensor applied(const Affine<at::Tensor>& map, const at::Tensor& z, const at::Tensor& output) {
  return per_row(map.of_state, z) * z + per_row(map.of_output, z) * output;
}

}  // namespace

Prediction::Prediction(const FlowOptions& options)
    : options_(options.path), path_(make_path(options.path)), target_(find_target(options.target)),
      interval_(closed_interval(options.path, target_)),
      scales_input_(path_at(options.path, interval_.begin).sigma > 1.0) {}

at::Tensor Prediction::target(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) const {
  switch (target_) {
    case Target::velocity:
      return path_velocity(point, x1, z0);
    case Target::data:
      return x1;
    case Target::noise:
      return z0;
    case Target::score:
      return -z0;
  }
  throw std::logic_error("unhandled prediction target");
}

at::Tensor Prediction::coefficients(const at::Tensor& times) const {
  const PathPoint<at::Tensor> point = at(times);
  const at::Tensor ones = at::ones_like(times), zeros = at::zeros_like(times);
  switch (target_) {
    case Target::velocity:
      return at::stack({point.alpha, point.sigma, point.alpha_dot, point.sigma_dot}, 1);
    case Target::data:
      return at::stack({point.alpha, point.sigma, ones, zeros}, 1);
    case Target::noise:
      return at::stack({point.alpha, point.sigma, zeros, ones}, 1);
    case Target::score:
      break;
  }
  throw std::logic_error("a scaled prediction has no such coefficients");
}

at::Tensor Prediction::scaled_output(const PathPoint<at::Tensor>& point, const at::Tensor& output) const {
  return target_ == Target::score ? per_row(point.sigma, output) * output : output;
}

at::Tensor Prediction::network_input(const PathPoint<at::Tensor>& point, const at::Tensor& z) const {
  if (!scales_input_) return z;
  return z / per_row((point.alpha.square() + point.sigma.square()).sqrt(), z);
}

at::Tensor Prediction::velocity(const PathPoint<at::Tensor>& point, const at::Tensor& output,
                                const at::Tensor& z) const {
  return target_ == Target::velocity ? output : applied(velocity_from(point, target_), z, output);
}

PathEnds Prediction::ends(const PathPoint<at::Tensor>& point, const at::Tensor& output, const at::Tensor& z) const {
  return {target_ == Target::data ? output : applied(data_from(point, target_), z, output),
          target_ == Target::noise ? output : applied(noise_from(point, target_), z, output)};
}

}  // namespace fm
