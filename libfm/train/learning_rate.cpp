#include "libfm/train/learning_rate.hpp"

#include <cmath>
#include <numbers>

namespace fm {

double learning_rate(std::int64_t step, std::int64_t total, double peak, double warm_up) {
  const double rise = warm_up * static_cast<double>(total);
  const double done = static_cast<double>(step);
  if (done < rise) return peak * (done + 1) / (rise + 1);
  const double share = (done - rise) / (static_cast<double>(total) - rise);
  return peak * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

}  // namespace fm
