#pragma once
// Maps between the units of data and the numbers near [-1, 1] that a network works with: y = (x - offset) / scale, for
// each dimension.

#include "libfm/env/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fm {

struct Normalisation {
  std::vector<double> offset;
  std::vector<double> scale;  ///< above 0

  bool operator==(const Normalisation&) const = default;
};

/// min_max: the data's range to [-1, 1]; z_score: mean 0, standard deviation 1; none: unchanged.
std::vector<std::string> normaliser_names();

/// Of the columns of `values`. A dimension that hardly varies is only shifted: its scale would blow up rounding noise.
/// @throws InputError for an unknown name or no rows.
Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values);

}  // namespace fm
