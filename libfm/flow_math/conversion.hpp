#pragma once
// Conversions between the prediction targets of a flow. With z = alpha x1 + sigma z0 and v = alpha' x1 + sigma' z0, a
// prediction of one of v, x1, z0 or the score s = -z0 / sigma determines the others, each as an affine function of z
// and the output:
//
//   from v   x1 = (sigma' z - sigma v) / d,  z0 = (alpha v - alpha' z) / d,  d = alpha sigma' - alpha' sigma
//   from x1  z0 = (z - alpha x1) / sigma
//   from z0  x1 = (z - sigma z0) / alpha,    and from s in the same way.
//
// The same formulas serve doubles and tensors; they are finite on closed_interval (prediction_target.hpp).

#include "libfm/flow_math/path.hpp"
#include "libfm/flow_math/prediction_target.hpp"

#include <stdexcept>

namespace fm {

/// of_state z + of_output output.
template <class Scalar>
struct Affine {
  Scalar of_state;
  Scalar of_output;
};

/// E[x1 | z] from the output of a network that predicts `target`.
template <class Scalar>
Affine<Scalar> data_from(const PathPoint<Scalar>& p, Target target) {
  const Scalar zero = 0.0 * p.alpha;
  switch (target) {
    case Target::velocity: {
      const Scalar d = p.alpha * p.sigma_dot - p.alpha_dot * p.sigma;
      return {p.sigma_dot / d, -p.sigma / d};
    }
    case Target::data:
      return {zero, zero + 1.0};
    case Target::noise:
      return {1.0 / p.alpha, -p.sigma / p.alpha};
    case Target::score:
      return {1.0 / p.alpha, p.sigma * p.sigma / p.alpha};
  }
  throw std::logic_error("unhandled prediction target");
}

/// E[z0 | z] from the output of a network that predicts `target`.
template <class Scalar>
Affine<Scalar> noise_from(const PathPoint<Scalar>& p, Target target) {
  const Scalar zero = 0.0 * p.alpha;
  switch (target) {
    case Target::velocity: {
      const Scalar d = p.alpha * p.sigma_dot - p.alpha_dot * p.sigma;
      return {-p.alpha_dot / d, p.alpha / d};
    }
    case Target::data:
      return {1.0 / p.sigma, -p.alpha / p.sigma};
    case Target::noise:
      return {zero, zero + 1.0};
    case Target::score:
      return {zero, -p.sigma};
  }
  throw std::logic_error("unhandled prediction target");
}

/// v = alpha' E[x1 | z] + sigma' E[z0 | z], simplified where terms cancel.
template <class Scalar>
Affine<Scalar> velocity_from(const PathPoint<Scalar>& p, Target target) {
  const Scalar zero = 0.0 * p.alpha;
  if (target == Target::velocity) return {zero, zero + 1.0};
  if (target == Target::data) {
    const Scalar rate = p.sigma_dot / p.sigma;
    return {rate, p.alpha_dot - rate * p.alpha};
  }
  const Scalar rate = p.alpha_dot / p.alpha, of_noise = p.sigma_dot - rate * p.sigma;
  return {rate, target == Target::noise ? of_noise : -p.sigma * of_noise};
}

/// The regression target of a network: of_data x1 + of_noise z0. A score is trained as sigma s against -z0, i.e. by
/// denoising score matching with weight sigma^2 (Song and Ermon 2019), because its own scale 1 / sigma is unbounded.
struct RegressionTarget {
  double of_data;
  double of_noise;
};

inline RegressionTarget regression_target(const PathPoint<double>& p, Target target) {
  switch (target) {
    case Target::velocity:
      return {p.alpha_dot, p.sigma_dot};
    case Target::data:
      return {1.0, 0.0};
    case Target::noise:
      return {0.0, 1.0};
    case Target::score:
      return {0.0, -1.0};
  }
  throw std::logic_error("unhandled prediction target");
}

}  // namespace fm
