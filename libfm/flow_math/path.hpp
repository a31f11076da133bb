#pragma once
// Probability paths from noise z0 (t = 0) to data x1 (t = 1):
//
//   z_t = alpha(t) x1 + sigma(t) z0,   v = alpha'(t) x1 + sigma'(t) z0   (Lipman et al. 2023)
//
// A path is given by alpha, sigma and their derivatives; the same formulas serve doubles and tensors.

#include "libfm/core/error.hpp"
#include "libfm/core/fields.hpp"

#include <cmath>
#include <numbers>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fm {

template <class Scalar>
struct PathPoint {
  Scalar alpha;
  Scalar sigma;
  Scalar alpha_dot;
  Scalar sigma_dot;
};

/// alpha = t, sigma = 1 - (1 - sigma_min) t: straight lines (eq. 22 and 23; Liu et al. 2023 with sigma_min = 0, where
/// v = x1 - z0). Samples keep noise of standard deviation sigma_min.
struct LinearPath {
  static constexpr std::string_view name = "linear";
  double sigma_min = 0.0;

  template <class Scalar>
  PathPoint<Scalar> at(const Scalar& t) const {
    const double slope = 1.0 - sigma_min;
    return {.alpha = t, .sigma = 1.0 - slope * t, .alpha_dot = 0.0 * t + 1.0, .sigma_dot = 0.0 * t - slope};
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("sigma_min", sigma_min, "standard deviation of the noise remaining at t = 1", from_to_below(0.0, 1.0));
  }
};

/// alpha = sin(pi t / 2), sigma = cos(pi t / 2): z_t keeps unit variance for whitened data (Albergo and Vanden-Eijnden
/// 2023, trigonometric interpolant).
struct CosinePath {
  static constexpr std::string_view name = "cosine";

  template <class Scalar>
  PathPoint<Scalar> at(const Scalar& t) const {
    using std::cos, std::sin;
    constexpr double w = std::numbers::pi / 2;
    const Scalar s = sin(w * t), c = cos(w * t);
    return {.alpha = s, .sigma = c, .alpha_dot = w * c, .sigma_dot = -w * s};
  }
};

/// alpha = t^n, sigma = 1 - t^n: straight lines, traversed slowly at first (Lipman et al. 2024, "Flow Matching Guide
/// and Code", section 4.7).
struct PolynomialPath {
  static constexpr std::string_view name = "polynomial";
  int degree = 2;

  template <class Scalar>
  PathPoint<Scalar> at(const Scalar& t) const {
    using std::pow;
    const Scalar power = pow(t, degree), slope = degree * pow(t, degree - 1);
    return {.alpha = power, .sigma = 1.0 - power, .alpha_dot = slope, .sigma_dot = -slope};
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("degree", degree, "n of alpha = t^n", between(1, 20));
  }
};

/// The diffusion of Song et al. 2021 (VP-SDE) run from noise to data, with s = 1 - t:
///
///   alpha = exp(-T/2), sigma = sqrt(1 - exp(-T)), T = s^2 (beta_max - beta_min) / 2 + s beta_min.
///
/// sigma' is infinite at t = 1. At t = 0 alpha is exp(-T(1)/2), 0.0066 with the usual betas, not 0.
struct VariancePreservingPath {
  static constexpr std::string_view name = "variance_preserving";
  double beta_min = 0.1;
  double beta_max = 20.0;

  template <class Scalar>
  PathPoint<Scalar> at(const Scalar& t) const {
    using std::exp, std::expm1, std::sqrt;
    const Scalar s = 1.0 - t;
    const Scalar integral = s * s * (0.5 * (beta_max - beta_min)) + s * beta_min;
    const Scalar beta = s * (beta_max - beta_min) + beta_min;
    const Scalar alpha = exp(-0.5 * integral), sigma = sqrt(-expm1(-integral)), alpha_dot = 0.5 * beta * alpha;
    return {.alpha = alpha, .sigma = sigma, .alpha_dot = alpha_dot, .sigma_dot = -alpha * alpha_dot / sigma};
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("beta_min", beta_min, "noise rate at t = 1, the data", above(0.0));
    visit("beta_max", beta_max, "noise rate at t = 0, the noise", above(0.0));
  }
};

/// alpha = 1, sigma = sigma_min (sigma_max / sigma_min)^(1 - t): noise shrinks around the data (Song et al. 2021,
/// VE-SDE). Sampling starts from sigma_max z0, neglecting alpha x1; samples keep noise of standard
/// deviation sigma_min.
struct VarianceExplodingPath {
  static constexpr std::string_view name = "variance_exploding";
  double sigma_min = 0.01;
  double sigma_max = 20.0;

  template <class Scalar>
  PathPoint<Scalar> at(const Scalar& t) const {
    using std::exp;
    const double rate = std::log(sigma_max / sigma_min);
    const Scalar sigma = sigma_min * exp(rate * (1.0 - t));
    return {.alpha = 0.0 * t + 1.0, .sigma = sigma, .alpha_dot = 0.0 * t, .sigma_dot = -rate * sigma};
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("sigma_min", sigma_min, "standard deviation of the noise at t = 1, in normalised units", above(0.0));
    visit("sigma_max", sigma_max, "standard deviation of the noise at t = 0, in normalised units", above(0.0));
  }
};

std::vector<std::string> path_names();

/// Selects a path by name, with the options of each.
struct PathOptions {
  std::string name = "linear";
  LinearPath linear;
  CosinePath cosine;
  PolynomialPath polynomial;
  VariancePreservingPath variance_preserving;
  VarianceExplodingPath variance_exploding;

  template <class Visitor>
  void fields(Visitor& visit);
};

/// The table of paths; names, options and with_path derive from it.
inline constexpr std::tuple path_table{&PathOptions::linear, &PathOptions::cosine, &PathOptions::polynomial,
                                       &PathOptions::variance_preserving, &PathOptions::variance_exploding};

template <class Visitor>
void PathOptions::fields(Visitor& visit) {
  visit("path", name, "the probability path from noise to action", one_of(path_names()));
  const auto visit_path = [&](auto& path) {
    if constexpr (HasFields<std::remove_reference_t<decltype(path)>>) {
      visit(path.name.data(), path, ("options of `path: " + std::string(path.name) + "`").c_str());
    }
  };
  std::apply([&](auto... members) { (visit_path(this->*members), ...); }, path_table);
}

/// Calls use(path) with the path that the options name. @throws InputError for a name that is not in the table.
template <std::size_t row = 0, class Use>
auto with_path(const PathOptions& options, Use use) {
  const auto& path = options.*std::get<row>(path_table);
  if (options.name == path.name) return use(path);
  if constexpr (row + 1 < std::tuple_size_v<decltype(path_table)>) return with_path<row + 1>(options, std::move(use));
  throw_input_error("policy.flow.path: no path '{}' (known: {})", options.name, fmt::join(path_names(), ", "));
}

/// alpha, sigma and their derivatives at time t.
PathPoint<double> path_at(const PathOptions& options, double t);

}  // namespace fm
