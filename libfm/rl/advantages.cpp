#include "libfm/rl/advantages.hpp"

namespace fm {

std::vector<double> advantages(const SegmentValues& s, double discount, double lambda) {
  const std::int64_t rows = std::ssize(s.rewards), copies = s.copies;
  std::vector<double> next_value(s.rewards.size(), 0.0);
  std::vector<std::uint8_t> goes_on(s.rewards.size(), 1);  // whether row + N is the next step of the same episode
  for (std::int64_t row = 0; row + copies < rows; ++row) {
    next_value[static_cast<std::size_t>(row)] = s.values[static_cast<std::size_t>(row + copies)];
  }
  for (std::size_t row = 0; row < goes_on.size(); ++row) {
    if (s.terminated[row] == 0) continue;
    next_value[row] = 0.0;
    goes_on[row] = 0;
  }
  for (std::size_t i = 0; i < s.cuts.size(); ++i) {
    const auto row = static_cast<std::size_t>(s.cuts[i]);
    next_value[row] = s.cut_values[i];
    goes_on[row] = 0;
  }
  std::vector<double> result(s.rewards.size());
  for (std::int64_t row = rows - 1; row >= 0; --row) {
    const auto i = static_cast<std::size_t>(row);
    const double after = goes_on[i] != 0 ? result[i + static_cast<std::size_t>(copies)] : 0.0;
    result[i] = s.rewards[i] + discount * next_value[i] - s.values[i] + discount * lambda * after;
  }
  return result;
}

}  // namespace fm
