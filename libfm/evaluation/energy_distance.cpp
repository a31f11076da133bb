#include "libfm/evaluation/energy_distance.hpp"

#include "libfm/core/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fm {
namespace {

/// Every k-th row, each dimension divided by its spread.
Eigen::MatrixXd scaled(const Matrix& actions, Eigen::Index stride, const std::vector<double>& spread) {
  const Eigen::Index rows = (actions.rows() + stride - 1) / stride;
  Eigen::MatrixXd columns(actions.cols(), rows);
  for (Eigen::Index j = 0; j < actions.cols(); ++j) {
    const double unit = spread[static_cast<std::size_t>(j) % spread.size()];
    for (Eigen::Index i = 0; i < rows; ++i) columns(j, i) = unit > 0.0 ? actions(i * stride, j) / unit : 0.0;
  }
  return columns;
}

}  // namespace

double energy_distance(const SampledActions& actions, const std::vector<double>& spread) {
  constexpr Eigen::Index most_states = 2000;
  constexpr std::int64_t block = 64;
  const Eigen::Index stride = std::max<Eigen::Index>(1, (actions.sampled.rows() + most_states - 1) / most_states);
  const Eigen::MatrixXd x = scaled(actions.sampled, stride, spread), y = scaled(actions.recorded, stride, spread);
  const Eigen::Index n = x.cols();
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  struct Sums {
    double xy = 0.0, xx = 0.0, yy = 0.0;
  };
  std::vector<Sums> sums(static_cast<std::size_t>((n + block - 1) / block));
  for_each_block(n, block, [&](std::int64_t begin, std::int64_t end) {
    Sums& sum = sums[static_cast<std::size_t>(begin / block)];
    for (Eigen::Index i = begin; i < end; ++i) {
      for (Eigen::Index j = 0; j < i; ++j) {  // both orders of a pair at once
        sum.xy += (x.col(i) - y.col(j)).norm() + (y.col(i) - x.col(j)).norm();
        sum.xx += 2.0 * (x.col(i) - x.col(j)).norm();
        sum.yy += 2.0 * (y.col(i) - y.col(j)).norm();
      }
    }
  });
  Sums total;
  for (const Sums& sum : sums) {
    total.xy += sum.xy;
    total.xx += sum.xx;
    total.yy += sum.yy;
  }
  return (2.0 * total.xy - total.xx - total.yy) / (2.0 * total.xy);
}

}  // namespace fm
