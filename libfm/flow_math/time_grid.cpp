#include "libfm/flow_math/time_grid.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

#include <cmath>
#include <numbers>

namespace fm {
namespace {

struct Row {
  const char* name;
  double (*at)(double x);
};

constexpr Row table[] = {
    {"uniform", [](double x) { return x; }},
    {"cosine", [](double x) { return 0.5 * (1.0 - std::cos(std::numbers::pi * x)); }},
    {"quadratic", [](double x) { return x * x; }},
    {"reversed_quadratic", [](double x) { return 1.0 - (1.0 - x) * (1.0 - x); }},
};

}  // namespace

std::vector<std::string> grid_names() { return names_in(table); }

TimeGrid TimeGrid::named(std::string_view name, int steps, double begin, double end) {
  if (steps < 1) throw_input_error("a time grid needs at least one step, not {}", steps);
  const Row* row = find_row(table, name);
  if (row == nullptr) throw_input_error("sampler.grid: no grid '{}' (known: {})", name, fmt::join(grid_names(), ", "));
  std::vector<double> times;
  for (int i = 0; i < steps; ++i) times.push_back(begin + (end - begin) * row->at(static_cast<double>(i) / steps));
  times.push_back(end);
  return TimeGrid(std::move(times));
}

TimeGrid TimeGrid::reversed() const { return TimeGrid({times_.rbegin(), times_.rend()}); }

}  // namespace fm
