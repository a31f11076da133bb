#include "libfm/expert/box_qp.hpp"

#include "libfm/core/random.hpp"
#include "tests/catch.hpp"

#include <cmath>

CATCH_TEST_CASE("solutions of the box program satisfy its optimality conditions", "[box_qp]") {
  int held = 0, free = 0;
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    fm::Draws draws = fm::RandomStream(1, "box").at(trial);
    const int n = 1 + static_cast<int>(trial % 6);
    Eigen::MatrixXd root(n, n);
    for (double& x : root.reshaped()) x = draws.normal();
    const Eigen::MatrixXd H = root * root.transpose() + 0.1 * Eigen::MatrixXd::Identity(n, n);
    Eigen::VectorXd g(n), low(n), high(n);
    for (int i = 0; i < n; ++i) {
      g[i] = 2.0 * draws.normal();
      low[i] = draws.uniform(-2.0, 0.5);
      high[i] = low[i] + draws.uniform(0.1, 2.0);
    }
    const fm::BoxQp solution = fm::solve_box_qp(H, g, low, high);
    const Eigen::VectorXd gradient = H * solution.x + g;
    for (int i = 0; i < n; ++i) {
      CATCH_CHECK((solution.x[i] >= low[i] && solution.x[i] <= high[i]));
      const bool at_low = solution.x[i] == low[i], at_high = solution.x[i] == high[i];
      if (!at_low && !at_high) CATCH_CHECK(std::abs(gradient[i]) < 1e-4);
      if (at_low) CATCH_CHECK(gradient[i] > -1e-4);
      if (at_high) CATCH_CHECK(gradient[i] < 1e-4);
      ++(at_low || at_high ? held : free);
    }
  }
  CATCH_CHECK((held > 100 && free > 100));
}
