#pragma once
// Probability paths from noise z0 (t = 0) to data x1 (t = 1):
//
//   z_t = alpha(t) x1 + sigma(t) z0,   v = alpha'(t) x1 + sigma'(t) z0   (Lipman et al. 2023)
//
// A path is its four numbers, one formula for plain numbers and for tensors.

#include <string>
#include <string_view>
#include <vector>

namespace fm {

template <class Scalar>
struct PathPoint {
  Scalar alpha;
  Scalar sigma;
  Scalar alpha_dot;
  Scalar sigma_dot;
};

/// alpha = t, sigma = 1 - t: straight lines, v = x1 - z0 (eq. 23 with sigma_min = 0; Liu et al. 2023).
struct LinearPath {
  static constexpr std::string_view name = "linear";

  template <class Scalar>
  PathPoint<Scalar> at(const Scalar& t) const {
    return {.alpha = t, .sigma = 1.0 - t, .alpha_dot = 0.0 * t + 1.0, .sigma_dot = 0.0 * t - 1.0};
  }
};

std::vector<std::string> path_names();

}  // namespace fm
