#include "libfm/expert/box_qp.hpp"

#include <Eigen/Cholesky>

namespace fm {
namespace {

constexpr int most_steps = 100;
constexpr double tolerance = 1e-12;  ///< of the change of the objective, relative

/// Elements that are not held at a bound by the gradient.
std::vector<int> free_elements(const Eigen::VectorXd& x, const Eigen::VectorXd& gradient, const Eigen::VectorXd& low,
                               const Eigen::VectorXd& high) {
  std::vector<int> free;
  for (int i = 0; i < x.size(); ++i) {
    const bool held = (x[i] <= low[i] && gradient[i] > 0.0) || (x[i] >= high[i] && gradient[i] < 0.0);
    if (!held) free.push_back(i);
  }
  return free;
}

}  // namespace

BoxQp solve_box_qp(const Eigen::MatrixXd& H, const Eigen::VectorXd& g, const Eigen::VectorXd& low,
                   const Eigen::VectorXd& high) {
  const auto clipped = [&](const Eigen::VectorXd& x) -> Eigen::VectorXd { return x.cwiseMax(low).cwiseMin(high); };
  const auto value = [&](const Eigen::VectorXd& x) { return 0.5 * x.dot(H * x) + g.dot(x); };
  BoxQp result{.x = clipped(Eigen::VectorXd::Zero(g.size())), .free = {}};
  for (int step = 0; step < most_steps; ++step) {
    const Eigen::VectorXd gradient = H * result.x + g;
    result.free = free_elements(result.x, gradient, low, high);
    if (result.free.empty()) break;
    const Eigen::MatrixXd H_free = H(result.free, result.free);
    Eigen::VectorXd direction = Eigen::VectorXd::Zero(g.size());
    direction(result.free) = -H_free.llt().solve(gradient(result.free).eval());
    const double before = value(result.x);
    double size = 1.0;
    Eigen::VectorXd candidate = clipped(result.x + direction);
    while (value(candidate) > before && size > 1e-10) {
      size *= 0.5;
      candidate = clipped(result.x + size * direction);
    }
    const double change = before - value(candidate);
    if (change <= tolerance * (1.0 + std::abs(before))) break;
    result.x = candidate;
  }
  return result;
}

}  // namespace fm
