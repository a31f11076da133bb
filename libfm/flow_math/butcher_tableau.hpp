#pragma once
// Explicit Runge-Kutta methods as data.
//
//   k_i = v(t + c_i h, z + h sum_{j<i} a_ij k_j),   z' = z + h sum_i b_i k_i   (Butcher 1963)
//
// An embedded pair adds weights b* of a lower order; h sum_i (b_i - b*_i) k_i estimates the local error of a step.

#include <string>
#include <string_view>
#include <vector>

namespace fm {

struct ButcherTableau {
  std::string_view name;
  int order;
  std::vector<std::vector<double>> a;  ///< row i holds a_i0 ... a_i,i-1
  std::vector<double> b;
  std::vector<double> c;
  std::vector<double> b_embedded = {};  ///< b* of an embedded pair; empty for fixed-step methods

  int stages() const { return static_cast<int>(b.size()); }
  bool adapts() const { return !b_embedded.empty(); }
};

/// euler, midpoint, heun, ralston3, bosh3, rk4, dopri5.
std::vector<std::string> solver_names();

/// @throws InputError for a name that is not in the table.
const ButcherTableau& find_solver(std::string_view name);

}  // namespace fm
