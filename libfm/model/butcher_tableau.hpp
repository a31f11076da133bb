#pragma once
// Explicit Runge-Kutta methods as data.
//
//   k_i = v(t + c_i h, z + h sum_{j<i} a_ij k_j),   z' = z + h sum_i b_i k_i   (Butcher 1963)

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

  int stages() const { return static_cast<int>(b.size()); }
};

/// euler, midpoint, heun, rk4.
std::vector<std::string> solver_names();

/// @throws InputError for a name that is not in the table.
const ButcherTableau& find_solver(std::string_view name);

}  // namespace fm
