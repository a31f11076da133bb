#include "libfm/core/assignment.hpp"

#include "libfm/core/random.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace {

std::vector<double> random_costs(std::int64_t n, std::uint64_t seed) {
  fm::Draws draws = fm::RandomStream(seed, "costs").at(static_cast<std::uint64_t>(n));
  std::vector<double> costs(static_cast<std::size_t>(n * n));
  for (double& c : costs) c = draws.uniform(-1.0, 3.0);
  return costs;
}

double total(const std::vector<double>& costs, const std::vector<std::int64_t>& columns) {
  double sum = 0.0;
  for (std::size_t i = 0; i < columns.size(); ++i)
    sum += costs[i * columns.size() + static_cast<std::size_t>(columns[i])];
  return sum;
}

bool is_permutation_of_all(std::vector<std::int64_t> columns) {
  std::sort(columns.begin(), columns.end());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

}  // namespace

CATCH_TEST_CASE("an assignment has the least cost of all permutations", "[assignment]") {
  for (std::int64_t n = 0; n <= 7; ++n) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto costs = random_costs(n, seed);
      const auto found = fm::solve_assignment(costs, n);
      CATCH_REQUIRE(is_permutation_of_all(found));
      std::vector<std::int64_t> columns(static_cast<std::size_t>(n));
      std::iota(columns.begin(), columns.end(), 0);
      double least = std::numeric_limits<double>::infinity();
      do least = std::min(least, total(costs, columns));
      while (std::next_permutation(columns.begin(), columns.end()));
      CATCH_REQUIRE(std::abs(total(costs, found) - least) < 1e-12);
    }
  }
}

CATCH_TEST_CASE("a large assignment is optimal: no cycle of exchanges has a negative cost", "[assignment]") {
  // Row i passes its column to row j at a cost of c(j, column i) - c(j, column j). The assignment is optimal if and
  // only if shortest paths over these exchanges exist (Bellman and Ford: they converge within n rounds).
  constexpr std::int64_t n = 120;
  const auto costs = random_costs(n, 3);
  const auto columns = fm::solve_assignment(costs, n);
  CATCH_REQUIRE(is_permutation_of_all(columns));
  const auto cost = [&](std::int64_t row, std::int64_t owner) {
    return costs[static_cast<std::size_t>(row * n + columns[static_cast<std::size_t>(owner)])];
  };
  std::vector<double> distance(n, 0.0);
  bool changed = true;
  int rounds = 0;
  for (; changed && rounds <= n; ++rounds) {
    changed = false;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        const double reached = distance[static_cast<std::size_t>(i)] + cost(j, i) - cost(j, j);
        if (reached >= distance[static_cast<std::size_t>(j)] - 1e-12) continue;
        distance[static_cast<std::size_t>(j)] = reached;
        changed = true;
      }
    }
  }
  CATCH_CHECK(rounds <= n);
}

CATCH_TEST_CASE("equal and prohibitive costs are assigned, too", "[assignment]") {
  CATCH_CHECK(is_permutation_of_all(fm::solve_assignment(std::vector<double>(25, 1.0), 5)));
  std::vector<double> costs(9, 1e12);
  costs[1] = costs[5] = costs[6] = 0.0;
  CATCH_CHECK(fm::solve_assignment(costs, 3) == std::vector<std::int64_t>{1, 2, 0});
}
