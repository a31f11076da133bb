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

/// A spline from a later time on. Where values are held, part of the first knot's time can be over already.
struct ShiftedKnots {
  Matrix knots;  ///< (K, A); behind the spline's end the last one is repeated
  double begin;  ///< the time on them that the shift leads to, in [0, 1)
};

/// The spline from `time` >= 0 on.
ShiftedKnots shifted(const std::string& interpolation, const Matrix& knots, double time);

}  // namespace fm
