#pragma once
// Affine maps between data units and network inputs near [-1, 1]: y = (x - offset) / scale, per dimension. They are
// computed in double precision and rounded to the network's type afterwards.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
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

/// The range of a column's numbers, and their format.
struct ColumnRange {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  bool is_float32 = true;  ///< whether every value is a float32 number

  void add(const Eigen::VectorXd& values);
  double magnitude() const { return std::max(std::abs(low), std::abs(high)); }
  /// The distance of neighbouring numbers of the format at the largest magnitude.
  double spacing() const;
  /// Whether the column varies by no more than a few rounding errors of its format.
  bool is_constant() const;
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

/// Fits each column of rows that are given in one or several parts. A constant dimension (is_constant(), or with a spread too small for it to be
/// divided by) is shifted, and scaled by the largest scale of the other dimensions: its own would amplify noise.
class NormalisationFit {
 public:
  /// @throws InputError for an unknown name
  explicit NormalisationFit(std::string_view normaliser, const QuantileOptions& quantile = {});

  /// @param values (N, D), D the same in all parts. Quantiles are those of the first part.
  void add(const Matrix& values);
  /// @throws InputError if there is no row, or the numbers are too large
  Normalisation result() const;

 private:
  struct Column {
    ColumnRange range = {};
    double mean = 0.0, squares = 0.0;  ///< the sum of squared deviations from the mean
    double low = 0.0, high = 0.0;      ///< quantiles of the first part
  };

  std::string normaliser_;
  QuantileOptions quantile_;
  double rows_ = 0.0;
  std::vector<Column> columns_;
};

/// Fits the columns of `values` (N, D).
Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values,
                                const QuantileOptions& quantile = {});

}  // namespace fm
