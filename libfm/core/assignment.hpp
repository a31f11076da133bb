#pragma once
// The linear assignment problem: a one-to-one assignment of rows to columns with the least total cost.

#include <cstdint>
#include <span>
#include <vector>

namespace fm {

/// Solves it by shortest augmenting paths, O(n^3) (Jonker and Volgenant 1987).
/// @param cost (n, n), row-major, finite
/// @return (n), the column of each row
std::vector<std::int64_t> solve_assignment(std::span<const double> cost, std::int64_t n);

}  // namespace fm
