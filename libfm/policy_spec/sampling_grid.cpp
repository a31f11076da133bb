#include "libfm/policy_spec/sampling_grid.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

TimeGrid sampling_grid(const SamplerOptions& options, const TimeInterval& interval) {
  return TimeGrid::named(options.grid, options.steps, interval.begin, interval.end);
}

TimeGrid rest_of_grid(const SamplerOptions& options, double begin, const TimeInterval& interval) {
  const double share = (interval.end - begin) / (interval.end - interval.begin);
  const int steps = std::max(1, static_cast<int>(std::ceil(share * options.steps - 1e-9)));
  return TimeGrid::named(options.grid, steps, begin, interval.end);
}

}  // namespace fm
