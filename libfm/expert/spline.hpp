#pragma once
// Actions over time as a spline through knots, for planners.

#include "libfm/env/environment.hpp"

#include <string>
#include <vector>

namespace fm {

/// The names of the interpolations: hold (the last knot's value), linear, cubic (Catmull and Rom 1974).
std::vector<std::string> spline_names();

/// The spline's value (A) at `time`, in units of the distance between knots; outside, the first or last knot's.
/// @param knots (K, A), at times 0 ... K - 1
/// @throws InputError for a name that is not in the table
Eigen::RowVectorXd spline_at(const std::string& interpolation, const Matrix& knots, double time);

}  // namespace fm
