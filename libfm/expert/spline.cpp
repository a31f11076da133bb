#include "libfm/expert/spline.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

using Row = Eigen::RowVectorXd;

struct SplineRow {
  const char* name;
  /// Between knots k and k + 1, at `part` of the way.
  Row (*between)(const Matrix& knots, Eigen::Index k, double part);
};

Row cubic(const Matrix& knots, Eigen::Index k, double t) {
  const Row p0 = knots.row(std::max<Eigen::Index>(k - 1, 0)), p1 = knots.row(k), p2 = knots.row(k + 1);
  const Row p3 = knots.row(std::min(k + 2, knots.rows() - 1));
  const Row m1 = 0.5 * (p2 - p0), m2 = 0.5 * (p3 - p1);
  const double t2 = t * t, t3 = t2 * t;
  return (2.0 * t3 - 3.0 * t2 + 1.0) * p1 + (t3 - 2.0 * t2 + t) * m1 + (3.0 * t2 - 2.0 * t3) * p2 + (t3 - t2) * m2;
}

constexpr SplineRow splines[] = {
    {"hold", [](const Matrix& knots, Eigen::Index k, double) -> Row { return knots.row(k); }},
    {"linear",
     [](const Matrix& knots, Eigen::Index k, double t) -> Row {
       return (1.0 - t) * knots.row(k) + t * knots.row(k + 1);
     }},
    {"cubic", cubic}};

}  // namespace

std::vector<std::string> spline_names() { return names_in(splines); }

Eigen::RowVectorXd spline_at(const std::string& interpolation, const Matrix& knots, double time) {
  const SplineRow* spline = find_row(splines, interpolation);
  if (spline == nullptr) throw_input_error("no interpolation '{}'", interpolation);
  if (time <= 0.0) return knots.row(0);
  const double last = static_cast<double>(knots.rows() - 1);
  if (time >= last) return knots.row(knots.rows() - 1);
  const double knot = std::floor(time);
  return spline->between(knots, static_cast<Eigen::Index>(knot), time - knot);
}

ShiftedKnots shifted(const std::string& interpolation, const Matrix& knots, double time) {
  const double begin = interpolation == "hold" ? time - std::floor(time) : 0.0;
  ShiftedKnots result{Matrix(knots.rows(), knots.cols()), begin};
  for (Eigen::Index k = 0; k < knots.rows(); ++k) {
    result.knots.row(k) = spline_at(interpolation, knots, time - begin + static_cast<double>(k));
  }
  return result;
}

}  // namespace fm
