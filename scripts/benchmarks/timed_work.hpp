#pragma once
// Timing of a workload: it is run repeatedly, and the median time per unit is taken.

#include <cstdint>
#include <functional>

namespace fm::bench {

struct TimedWork {
  std::function<void()> run;  ///< does `units` units of work
  std::int64_t units = 1;
};

/// The median time per unit, us, over runs for this many seconds; at least one run.
double median_microseconds(const TimedWork& work, double seconds);

}  // namespace fm::bench
