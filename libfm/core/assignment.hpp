#pragma once
// The linear assignment problem: each row gets a column of its own so that the sum of costs is least.

#include <cstdint>
#include <span>
#include <vector>

namespace fm {

/// By shortest augmenting paths, O(n^3) (Jonker and Volgenant 1987).
/// @param cost (n, n), row-major, finite
/// @return for each row its column
std::vector<std::int64_t> solve_assignment(std::span<const double> cost, std::int64_t n);

}  // namespace fm
