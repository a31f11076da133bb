#pragma once
// The quadratic program with bounds of a control-limited step (Tassa, Mansard, Todorov 2014, "Control-limited
// differential dynamic programming", section III.C): projected Newton steps.
//
//   minimise 1/2 x'Hx + g'x  subject to low <= x <= high

#include <Eigen/Core>

#include <vector>

namespace fm {

struct BoxQp {
  Eigen::VectorXd x;
  std::vector<int> free;  ///< the elements that no bound holds
};

/// @param H (n, n), symmetric and positive definite
BoxQp solve_box_qp(const Eigen::MatrixXd& H, const Eigen::VectorXd& g, const Eigen::VectorXd& low,
                   const Eigen::VectorXd& high);

}  // namespace fm
