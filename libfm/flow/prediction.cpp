#include "libfm/flow/prediction.hpp"

#include <ATen/TensorOperators.h>

namespace fm {

Prediction::Prediction(const FlowOptions& options)
    : options_(options.path), path_(make_path(options.path)), target_(find_target(options.target)),
      interval_(closed_interval(options.path, target_)), grows_(path_at(options.path, interval_.begin).sigma > 1.0) {}

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
  throw std::logic_error("a target without its row");
}

std::pair<double, double> Prediction::target(const PathPoint<double>& point) const {
  if (target_ == Target::velocity) return {point.alpha_dot, point.sigma_dot};
  return target_ == Target::data ? std::pair(1.0, 0.0) : std::pair(0.0, 1.0);
}

at::Tensor Prediction::comparable(const PathPoint<at::Tensor>& point, const at::Tensor& output) const {
  return target_ == Target::score ? per_row(point.sigma, output) * output : output;
}

at::Tensor Prediction::network_input(const PathPoint<at::Tensor>& point, const at::Tensor& z) const {
  if (!grows_) return z;
  return z / per_row((point.alpha.square() + point.sigma.square()).sqrt(), z);
}

at::Tensor Prediction::velocity(const PathPoint<at::Tensor>& point, const at::Tensor& output,
                                const at::Tensor& z) const {
  if (target_ == Target::velocity) return output;
  const PathEnds e = ends(point, output, z);
  return path_velocity(point, e.x1, e.z0);
}

PathEnds Prediction::ends(const PathPoint<at::Tensor>& point, const at::Tensor& output, const at::Tensor& z) const {
  const at::Tensor alpha = per_row(point.alpha, z), sigma = per_row(point.sigma, z);
  const auto from_noise = [&](const at::Tensor& z0) { return PathEnds{(z - sigma * z0) / alpha, z0}; };
  switch (target_) {
    case Target::velocity: {
      const at::Tensor alpha_dot = per_row(point.alpha_dot, z), sigma_dot = per_row(point.sigma_dot, z);
      const at::Tensor d = alpha * sigma_dot - alpha_dot * sigma;
      return {(sigma_dot * z - sigma * output) / d, (alpha * output - alpha_dot * z) / d};
    }
    case Target::data:
      return {output, (z - alpha * output) / sigma};
    case Target::noise:
      return from_noise(output);
    case Target::score:
      return from_noise(-sigma * output);
  }
  throw std::logic_error("a target without its row");
}

}  // namespace fm
