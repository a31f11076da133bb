#include "libfm/toy/toy_2d.hpp"

#include "libfm/core/assignment.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/env/rollout.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fm {
namespace {

using Point = std::array<double, 2>;

Point checkerboard(Draws& draws) {
  const double x = draws.uniform(-4.0, 4.0);
  // Two of the four squares of each column are dark: those with the parity of the column.
  const int column = static_cast<int>(std::floor(x / 2.0)) + 2;
  const int square = 2 * static_cast<int>(draws.below(2)) + column % 2;
  return {x, 2.0 * square - 4.0 + draws.uniform(0.0, 2.0)};
}

Point two_moons(Draws& draws) {
  const bool lower = draws.below(2) == 1;
  const double angle = draws.uniform(0.0, std::numbers::pi);
  const double x = lower ? 1.0 - std::cos(angle) : std::cos(angle);
  const double y = lower ? 0.5 - std::sin(angle) : std::sin(angle);
  const double dx = 0.2 * draws.normal();
  return {3.0 * (x + dx) - 1.0, 3.0 * (y + 0.2 * draws.normal()) - 1.0};
}

Point eight_gaussians(Draws& draws) {
  const double angle = draws.below(8) * std::numbers::pi / 4.0, deviation = std::sqrt(0.1);
  const double dx = deviation * draws.normal();
  return {5.0 * std::cos(angle) + dx, 5.0 * std::sin(angle) + deviation * draws.normal()};
}

struct ToyRow {
  const char* name;
  Point (*draw)(Draws& draws);
};

constexpr ToyRow toys[] = {
    {"checkerboard", checkerboard}, {"two_moons", two_moons}, {"eight_gaussians", eight_gaussians}};

constexpr double reach = 8.0;

}  // namespace

std::vector<std::string> toy_2d_names() { return names_in(toys); }

std::array<double, 2> draw_toy_2d(const std::string& distribution, Draws& draws) {
  if (const ToyRow* row = find_row(toys, distribution)) return row->draw(draws);
  throw_input_error("env.toy_2d.distribution: no distribution '{}'", distribution);
}

EnvSpec Toy2d::describe(const Toy2dOptions&) {
  return {.name = "toy_2d",
          .observations = {},
          .actions = {{"x", "", -reach, reach}, {"y", "", -reach, reach}},
          .goals = {},
          .states = {},
          .time_step = 1.0,
          .horizon = 1};
}

Toy2d::Toy2d(const Toy2dOptions& options, int copies)
    : options_(options), spec_(describe(options)), ended_(static_cast<std::size_t>(copies), 0), empty_(copies, 0) {}

void Toy2d::reset(std::span<const int> rows, std::span<const std::uint64_t>, const RandomStream&) { begin(rows); }

void Toy2d::set_states(std::span<const int> rows, const Matrix&) { begin(rows); }

void Toy2d::begin(std::span<const int> rows) {
  for (const int row : rows) ended_[static_cast<std::size_t>(row)] = 0;
}

void Toy2d::step(const Matrix&, StepResult& result) {
  result.clear(copies());
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    if (ended_[i] == 0) result.terminated[i] = result.success[i] = 1;
  }
  std::ranges::fill(ended_, std::uint8_t{1});
}

void Toy2d::set_goals(std::span<const int>, const Matrix&) {
  throw InputError("environment 'toy_2d' has no goals to set");
}

std::map<std::string, double> Toy2d::metrics(std::span<const Episode> episodes) const {
  const std::size_t n = std::min<std::size_t>(episodes.size(), 2000);
  const RandomStream fresh(0, "toy_2d metric");
  std::vector<Point> truth;
  for (std::size_t i = 0; i < n; ++i) {
    Draws draws = fresh.at(i);
    truth.push_back(draw_toy_2d(options_.distribution, draws));
  }
  std::vector<double> cost;
  cost.reserve(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const Matrix& a = episodes[i].executed();
    for (const Point& p : truth) cost.push_back(std::pow(a(0, 0) - p[0], 2) + std::pow(a(0, 1) - p[1], 2));
  }
  const auto columns = solve_assignment(cost, static_cast<std::int64_t>(n));
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += cost[i * n + static_cast<std::size_t>(columns[i])];
  return {{"wasserstein_2", std::sqrt(sum / static_cast<double>(n))}};
}

}  // namespace fm
