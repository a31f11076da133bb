#include "libfm/flow_math/butcher_tableau.hpp"

#include "libfm/core/error.hpp"

namespace fm {
namespace {

const std::vector<ButcherTableau>& table() {
  static const std::vector<ButcherTableau> tableaux = {
      {.name = "euler", .order = 1, .a = {{}}, .b = {1.0}, .c = {0.0}},
      {.name = "midpoint", .order = 2, .a = {{}, {0.5}}, .b = {0.0, 1.0}, .c = {0.0, 0.5}},
      {.name = "heun", .order = 2, .a = {{}, {1.0}}, .b = {0.5, 0.5}, .c = {0.0, 1.0}},
      {.name = "ralston3",  // Ralston 1962: minimal bound on the local truncation error
       .order = 3,
       .a = {{}, {1.0 / 2}, {0.0, 3.0 / 4}},
       .b = {2.0 / 9, 1.0 / 3, 4.0 / 9},
       .c = {0.0, 1.0 / 2, 3.0 / 4}},
      {.name = "bosh3",  // Bogacki and Shampine 1989
       .order = 3,
       .a = {{}, {1.0 / 2}, {0.0, 3.0 / 4}, {2.0 / 9, 1.0 / 3, 4.0 / 9}},
       .b = {2.0 / 9, 1.0 / 3, 4.0 / 9, 0.0},
       .c = {0.0, 1.0 / 2, 3.0 / 4, 1.0},
       .b_embedded = {7.0 / 24, 1.0 / 4, 1.0 / 3, 1.0 / 8}},
      {.name = "rk4",
       .order = 4,
       .a = {{}, {0.5}, {0.0, 0.5}, {0.0, 0.0, 1.0}},
       .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
       .c = {0.0, 0.5, 0.5, 1.0}},
      {.name = "dopri5",  // Dormand and Prince 1980
       .order = 5,
       .a = {{},
             {1.0 / 5},
             {3.0 / 40, 9.0 / 40},
             {44.0 / 45, -56.0 / 15, 32.0 / 9},
             {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
             {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
             {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}},
       .b = {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0.0},
       .c = {0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0},
       .b_embedded = {5179.0 / 57600, 0.0, 7571.0 / 16695, 393.0 / 640, -92097.0 / 339200, 187.0 / 2100, 1.0 / 40}},
  };
  return tableaux;
}

}  // namespace

std::vector<std::string> solver_names() {
  std::vector<std::string> names;
  for (const ButcherTableau& tableau : table()) names.emplace_back(tableau.name);
  return names;
}

const ButcherTableau& find_solver(std::string_view name) {
  for (const ButcherTableau& tableau : table()) {
    if (tableau.name == name) return tableau;
  }
  throw_input_error("no solver '{}' (known: {})", name, fmt::join(solver_names(), ", "));
}

}  // namespace fm
