#include "libfm/rl/advantages.hpp"

#include "libfm/core/random.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using Catch::Matchers::WithinAbs;

namespace {

/// Two copies over seven steps: copy 0 terminates with step 2, copy 1 is truncated with step 4.
struct Case {
  static constexpr int copies = 2, steps = 7;
  std::vector<double> rewards, values;
  std::vector<std::uint8_t> terminated = std::vector<std::uint8_t>(copies * steps, 0);
  std::vector<std::int64_t> cuts = {4 * copies + 1, 6 * copies, 6 * copies + 1};
  std::vector<double> cut_values = {3.0, -1.0, 0.5};

  Case() {
    fm::Draws draws = fm::RandomStream(1, "case").at(0);
    for (int i = 0; i < copies * steps; ++i) {
      rewards.push_back(draws.normal());
      values.push_back(draws.normal());
    }
    terminated[2 * copies] = 1;
  }

  std::vector<double> advantages(double discount, double lambda) const {
    return fm::advantages({copies, rewards, terminated, values, cuts, cut_values}, discount, lambda);
  }

  /// The discounted rewards from step `from` to `to` of a copy, and `beyond` after them.
  double sum(int copy, int from, int to, double beyond, double discount) const {
    double total = 0.0;
    for (int t = from; t <= to; ++t) total += std::pow(discount, t - from) * rewards[t * copies + copy];
    return total + std::pow(discount, to + 1 - from) * beyond;
  }
};

}  // namespace

CATCH_TEST_CASE(
    "with lambda 1 an advantage is the discounted sum of rewards, with the value beyond a cut, minus the value",
    "[advantages]") {
  const Case c;
  const std::vector<double> a = c.advantages(0.9, 1.0);
  const auto expected = [&](int copy, int t) {
    const double value = c.values[t * Case::copies + copy];
    if (copy == 0) return (t <= 2 ? c.sum(0, t, 2, 0.0, 0.9) : c.sum(0, t, 6, -1.0, 0.9)) - value;
    return (t <= 4 ? c.sum(1, t, 4, 3.0, 0.9) : c.sum(1, t, 6, 0.5, 0.9)) - value;
  };
  for (int t = 0; t < Case::steps; ++t) {
    for (int copy = 0; copy < 2; ++copy) CATCH_CHECK_THAT(a[t * 2 + copy], WithinAbs(expected(copy, t), 1e-9));
  }
}

CATCH_TEST_CASE("with lambda 0 an advantage is the error of one step", "[advantages]") {
  const Case c;
  const std::vector<double> a = c.advantages(0.9, 0.0);
  CATCH_CHECK_THAT(a[4], WithinAbs(c.rewards[4] - c.values[4], 1e-9));                 // terminated
  CATCH_CHECK_THAT(a[9], WithinAbs(c.rewards[9] + 0.9 * 3.0 - c.values[9], 1e-9));     // truncated
  CATCH_CHECK_THAT(a[13], WithinAbs(c.rewards[13] + 0.9 * 0.5 - c.values[13], 1e-9));  // at the end of the segment
  CATCH_CHECK_THAT(a[0], WithinAbs(c.rewards[0] + 0.9 * c.values[2] - c.values[0], 1e-9));
}

CATCH_TEST_CASE("lambda weights the sums of n steps", "[advantages]") {
  // A_t = (1 - lambda) sum_n lambda^(n-1) A_t^(n), the last one with all remaining weight.
  const Case c;
  constexpr double discount = 0.95, lambda = 0.8;
  const auto n_step = [&](int t, int n) {  // of copy 0 from step 3 on
    const double beyond = t + n <= 6 ? c.values[(t + n) * 2] : -1.0;
    return c.sum(0, t, t + n - 1, beyond, discount) - c.values[t * 2];
  };
  const std::vector<double> a = c.advantages(discount, lambda);
  for (int t = 3; t <= 6; ++t) {
    double expected = 0.0, weight = 1.0;
    for (int n = 1; t + n <= 7; ++n) {
      const bool last = t + n == 7;
      expected += (last ? weight : (1.0 - lambda) * weight) * n_step(t, n);
      weight *= lambda;
    }
    CATCH_CHECK_THAT(a[t * 2], WithinAbs(expected, 1e-9));
  }
}
