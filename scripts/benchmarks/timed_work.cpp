#include "scripts/benchmarks/timed_work.hpp"

#include "libfm/core/statistics.hpp"

#include <chrono>
#include <vector>

namespace fm::bench {

double median_microseconds(const TimedWork& work, double seconds) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> samples;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  do {
    const auto begin = Clock::now();
    work.run();
    const std::chrono::duration<double, std::micro> taken = Clock::now() - begin;
    samples.push_back(taken.count() / static_cast<double>(work.units));
  } while (Clock::now() < end);
  return quantile(samples, 0.5);
}

}  // namespace fm::bench
