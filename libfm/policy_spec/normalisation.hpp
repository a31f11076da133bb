#pragma once
// Affine maps between data units and network inputs near [-1, 1]: y = (x - offset) / scale, per dimension. They are
// computed in double precision and rounded to the network's type afterwards.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

struct Normalisation {
  std::vector<double> offset;
  std::vector<double> scale;  ///< above 0
  bool clip = false;          ///< normalised values are clipped to [-1, 1]

  double normalise(std::size_t dimension, double x) const {
    const double y = (x - offset[dimension]) / scale[dimension];
    return clip ? std::clamp(y, -1.0, 1.0) : y;
  }
  double denormalise(std::size_t dimension, double y) const { return y * scale[dimension] + offset[dimension]; }

  bool operator==(const Normalisation&) const = default;
};

/// Leaves `size` dimensions unchanged.
Normalisation identity_normalisation(std::size_t size);

struct QuantileOptions {
  double low = 0.01;
  double high = 0.99;
  bool clip = false;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("low", low, "share of the values below -1", from_to_below(0.0, 0.5));
    visit("high", high, "share of the values below 1", between(0.5, 1.0));
    visit("clip", clip, "whether values beyond are clipped to [-1, 1], in training and in acting");
  }
};

/// min_max: the data's range to [-1, 1]; z_score: mean 0, standard deviation 1; quantile: two quantiles to -1 and 1, so
/// that a few outliers do not set the scale; none: unchanged.
std::vector<std::string> normaliser_names();

/// Fits each column of `values` (N, D). A constant dimension (is_constant(), or with a spread too small for it to be
/// divided by) is shifted, and scaled by the largest scale of the other dimensions: its own would amplify noise.
/// @throws InputError for an unknown name or no rows.
Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values,
                                const QuantileOptions& quantile = {});

/// Whether a column varies by no more than a few rounding errors of its numbers' format: float32 if every value is a
/// float32 number, else float64.
bool is_constant(const Eigen::VectorXd& column);

/// The spacing of float32 numbers, if all values are float32 numbers, else of float64 numbers, at the column's largest
/// magnitude.
double spacing(const Eigen::VectorXd& column);

}  // namespace fm
