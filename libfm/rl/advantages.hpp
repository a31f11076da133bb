#pragma once
// Generalised advantage estimation (Schulman et al. 2016), with the value of what follows a truncation.
//
//   delta_t = r_t + gamma V(s_{t+1}) - V(s_t),   A_t = delta_t + gamma lambda A_{t+1}
//
// V(s_{t+1}) is 0 after a termination; A_{t+1} is 0 where the next row belongs to another episode or is beyond the
// segment.

#include <cstdint>
#include <span>
#include <vector>

namespace fm {

/// Rows of a segment, row t N + i for step t of copy i (env/collector.hpp).
struct SegmentValues {
  int copies = 1;                            ///< N
  std::span<const double> rewards;           ///< (T N)
  std::span<const std::uint8_t> terminated;  ///< (T N)
  std::span<const double> values;            ///< (T N), of the state before each row
  std::span<const std::int64_t> cuts;        ///< rows followed by no row of the same episode, which are not terminated
  std::span<const double> cut_values;        ///< (cuts), of the state after each of them
};

/// @return (T N), A_t
std::vector<double> advantages(const SegmentValues& segment, double discount, double lambda);

}  // namespace fm
