// fm_latency: the latency distribution of single actions. Every action is followed by an empty loop of the same
// duration: interruptions by the machine show in both.
//
//   fm_latency 256x3|512x4 [COUNT]    COUNT: number of actions (default 1,000,000)

#include "scripts/benchmarks/works.hpp"

#include "libfm/core/statistics.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <vector>

namespace {

double microseconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

void spin(std::int64_t count) {
  for (volatile std::int64_t i = 0; i < count;) i = i + 1;
}

/// The number of loop iterations that take this long.
std::int64_t turns(double us) {
  constexpr std::int64_t trial = 100000;
  std::vector<double> taken;
  for (int i = 0; i < 100; ++i) taken.push_back(microseconds([] { spin(trial); }));
  return static_cast<std::int64_t>(us / fm::quantile(taken, 0.5) * trial);
}

void print(const char* name, const std::vector<double>& taken) {
  const double median = fm::quantile(taken, 0.5), p999 = fm::quantile(taken, 0.999);
  fmt::print("{:<12} median {:8.2f} us   99 % {:8.2f}   99.9 % {:8.2f} ({:.2f} x median)   longest {:8.1f}\n", name,
             median, fm::quantile(taken, 0.99), p999, p999 / median, fm::quantile(taken, 1.0));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name != "256x3" && name != "512x4") {
    fmt::print(stderr, "usage: fm_latency 256x3|512x4 [COUNT]\n");
    return 2;
  }
  const std::int64_t count = argc > 2 ? std::stoll(argv[2]) : 1000000;
  const auto act =
      fm::bench::act_work(name == "256x3" ? fm::bench::small_policy : fm::bench::middle_policy, fm::Precision::float32);
  const std::int64_t empty = turns(fm::bench::median_microseconds(act, 1.0));
  std::vector<double> acting, spinning;
  acting.reserve(static_cast<std::size_t>(count));
  spinning.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    acting.push_back(microseconds(act.run));
    spinning.push_back(microseconds([&] { spin(empty); }));
  }
  print("act", acting);
  print("empty loop", spinning);
}
