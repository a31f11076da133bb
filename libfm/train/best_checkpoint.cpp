#include "libfm/train/best_checkpoint.hpp"

#include "libfm/core/statistics.hpp"

#include <cmath>

namespace fm {

bool replaces_best(const std::vector<double>& scores, const std::vector<double>& best) {
  if (best.empty()) return true;
  const std::vector<double> change = differences(scores, best);
  const double n = static_cast<double>(change.size());
  const double error = change.size() > 1 ? standard_deviation(change) / std::sqrt(n) : 0.0;
  return mean(change) >= -1.96 * error;
}

}  // namespace fm
