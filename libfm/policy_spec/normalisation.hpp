#pragma once
// Affine maps between data units and network inputs near [-1, 1]: y = (x - offset) / scale, per dimension.

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

/// Fits each column of `values` (N, D). An almost constant dimension is only shifted: its scale would amplify noise.
/// @throws InputError for an unknown name or no rows.
Normalisation fit_normalisation(std::string_view normaliser, const Matrix& values);

}  // namespace fm
