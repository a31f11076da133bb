#include "libfm/model/time_grid.hpp"

#include "libfm/core/error.hpp"

namespace fm {

TimeGrid TimeGrid::uniform(int steps, double begin, double end) {
  if (steps < 1) throw_input_error("a time grid needs at least one step, not {}", steps);
  std::vector<double> times;
  for (int i = 0; i < steps; ++i) times.push_back(begin + (end - begin) * i / steps);
  times.push_back(end);
  return TimeGrid(std::move(times));
}

TimeGrid TimeGrid::reversed() const { return TimeGrid({times_.rbegin(), times_.rend()}); }

}  // namespace fm
