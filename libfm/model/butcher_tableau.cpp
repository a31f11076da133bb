#include "libfm/model/butcher_tableau.hpp"

#include "libfm/core/error.hpp"

namespace fm {
namespace {

const std::vector<ButcherTableau>& table() {
  static const std::vector<ButcherTableau> tableaux = {
      {.name = "euler", .order = 1, .a = {{}}, .b = {1.0}, .c = {0.0}},
      {.name = "midpoint", .order = 2, .a = {{}, {0.5}}, .b = {0.0, 1.0}, .c = {0.0, 0.5}},
      {.name = "heun", .order = 2, .a = {{}, {1.0}}, .b = {0.5, 0.5}, .c = {0.0, 1.0}},
      {.name = "rk4",
       .order = 4,
       .a = {{}, {0.5}, {0.0, 0.5}, {0.0, 0.0, 1.0}},
       .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
       .c = {0.0, 0.5, 0.5, 1.0}},
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
