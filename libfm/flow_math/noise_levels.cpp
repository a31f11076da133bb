#include "libfm/flow_math/noise_levels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fm {

NoiseLevels::NoiseLevels(int count) : signal_{1.0} {
  constexpr double s = 0.008, min_ratio = 0.001;
  const auto f = [&](int k) {
    return std::pow(std::cos((static_cast<double>(k) / count + s) / (1.0 + s) * std::numbers::pi / 2), 2.0);
  };
  for (int k = 1; k <= count; ++k) signal_.push_back(signal_.back() * std::max(min_ratio, f(k) / f(k - 1)));
}

std::vector<int> NoiseLevels::visited(int steps) const {
  const int most = std::min(steps, count());
  std::vector<int> levels;
  for (int i = most; i >= 0; --i) {
    levels.push_back(static_cast<int>(std::lround(static_cast<double>(i) * count() / most)));
  }
  return levels;
}

}  // namespace fm
