#include "libfm/core/assignment.hpp"

#include <limits>

namespace fm {
namespace {

/// A matching that stays optimal as rows are added: u_i + v_j <= cost_ij, with equality on the matching.
class Matching {
 public:
  Matching(std::span<const double> cost, std::int64_t n)
      : cost_(cost), n_(static_cast<std::size_t>(n)), u_(n_, 0.0), v_(n_, 0.0), row_of_(n_, none) {}

  /// Augments along the shortest path in reduced costs to a free column, found by Dijkstra's algorithm.
  void add(std::size_t row) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> distance(n_, infinite);
    std::vector<std::size_t> before(n_, none);  // column before this one on the shortest path
    std::vector<std::size_t> open(n_), closed;
    for (std::size_t j = 0; j < n_; ++j) open[j] = j;
    std::size_t column = none, from = row;
    double reached = 0.0;
    while (true) {
      std::size_t nearest = 0;
      for (std::size_t k = 0; k < open.size(); ++k) {
        const std::size_t j = open[k];
        const double through = reached + cost_[from * n_ + j] - u_[from] - v_[j];
        if (through < distance[j]) {
          distance[j] = through;
          before[j] = column;
        }
        if (distance[j] < distance[open[nearest]]) nearest = k;
      }
      column = open[nearest];
      reached = distance[column];
      open[nearest] = open.back();
      open.pop_back();
      if (row_of_[column] == none) break;
      closed.push_back(column);
      from = row_of_[column];
    }
    u_[row] += reached;
    for (const std::size_t j : closed) {
      u_[row_of_[j]] += reached - distance[j];
      v_[j] -= reached - distance[j];
    }
    while (column != none) {
      const std::size_t previous = before[column];
      row_of_[column] = previous == none ? row : row_of_[previous];
      column = previous;
    }
  }

  std::vector<std::int64_t> columns() const {
    std::vector<std::int64_t> columns(n_);
    for (std::size_t j = 0; j < n_; ++j) columns[row_of_[j]] = static_cast<std::int64_t>(j);
    return columns;
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::span<const double> cost_;
  std::size_t n_;
  std::vector<double> u_;
  std::vector<double> v_;
  std::vector<std::size_t> row_of_;  ///< by column
};

}  // namespace

std::vector<std::int64_t> solve_assignment(std::span<const double> cost, std::int64_t n) {
  Matching matching(cost, n);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) matching.add(i);
  return matching.columns();
}

}  // namespace fm
