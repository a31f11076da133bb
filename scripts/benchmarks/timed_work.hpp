#pragma once
// How work is timed: run after run for a while, and the median time of a unit counts.

#include <cstdint>
#include <functional>

namespace fm::bench {

struct TimedWork {
  std::function<void()> run;  ///< does `units` units of work
  std::int64_t units = 1;
};

/// Microseconds a unit, over runs for that many seconds; at least one run.
double median_microseconds(const TimedWork& work, double seconds);

}  // namespace fm::bench
