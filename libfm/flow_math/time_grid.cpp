#include "libfm/flow_math/time_grid.hpp"

#include "libfm/core/error.hpp"

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

std::vector<std::string> grid_names() {
  std::vector<std::string> names;
  for (const Row& row : table) names.emplace_back(row.name);
  return names;
}

TimeGrid TimeGrid::named(std::string_view name, int steps, double begin, double end) {
  if (steps < 1) throw_input_error("a time grid needs at least one step, not {}", steps);
  for (const Row& row : table) {
    if (row.name != name) continue;
    std::vector<double> times;
    for (int i = 0; i < steps; ++i) times.push_back(begin + (end - begin) * row.at(static_cast<double>(i) / steps));
    times.push_back(end);
    return TimeGrid(std::move(times));
  }
  throw_input_error("sampler.grid: no grid '{}' (known: {})", name, fmt::join(grid_names(), ", "));
}

TimeGrid TimeGrid::reversed() const { return TimeGrid({times_.rbegin(), times_.rend()}); }

}  // namespace fm
