#include "libfm/flow_math/time_distribution.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

using Catch::Matchers::WithinAbs;
using fm::TimeDistributionOptions;

namespace {

std::vector<TimeDistributionOptions> all_laws() {
  return {{.name = "uniform"},
          {.name = "logit_normal"},
          {.name = "logit_normal", .logit_normal = {.mean = -0.8, .deviation = 0.6}},
          {.name = "beta"},
          {.name = "beta", .beta = {.a = 0.5, .b = 0.7}},
          {.name = "beta", .beta = {.a = 4.0, .b = 2.0}}};
}

/// int_0^t of the density, by the midpoint rule in x with t = sin^2(x): it tames the singular ends of a beta law.
double distribution(const TimeDistributionOptions& law, double t) {
  constexpr int n = 4000;
  const double end = std::asin(std::sqrt(t));
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    const double x = (i + 0.5) * end / n, s = std::sin(x) * std::sin(x);
    sum += fm::time_density(law, s) * std::sin(2 * x) * end / n;
  }
  return sum;
}

}  // namespace

CATCH_TEST_CASE("times follow their law by the test of Kolmogorov and Smirnov", "[time_sampler]") {
  constexpr int n = 4000;
  for (const TimeDistributionOptions& law : all_laws()) {
    CATCH_INFO(law.name << " " << law.beta.a);
    std::vector<double> times;
    for (int i = 0; i < n; ++i) {
      fm::Draws draws = fm::RandomStream(3, "times").at(static_cast<std::uint64_t>(i));
      times.push_back(fm::draw_time(law, draws));
    }
    std::sort(times.begin(), times.end());
    CATCH_CHECK(times.front() >= 0.0);
    CATCH_CHECK(times.back() <= 1.0);
    double distance = 0.0;
    for (int i = 0; i < n; i += 7) {
      const double f = distribution(law, times[static_cast<std::size_t>(i)]);
      distance = std::max({distance, std::abs(f - static_cast<double>(i) / n), std::abs(f - (i + 1.0) / n)});
    }
    CATCH_CHECK(distance < 1.95 / std::sqrt(n));  // the 0.1 % quantile of the test's law
  }
}

CATCH_TEST_CASE("a density integrates to one", "[time_sampler]") {
  for (const TimeDistributionOptions& law : all_laws()) {
    CATCH_INFO(law.name << " " << law.beta.a);
    CATCH_CHECK_THAT(distribution(law, 1.0), WithinAbs(1.0, 2e-3));
  }
}

CATCH_TEST_CASE("weights by inverse density make any law's mean the uniform law's, up to their bound",
                "[time_sampler]") {
  constexpr int n = 200000;
  for (TimeDistributionOptions law : all_laws()) {
    CATCH_INFO(law.name << " " << law.beta.a);
    law.weight = "inverse_density";
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < n; ++i) {
      fm::Draws draws = fm::RandomStream(4, "times").at(static_cast<std::uint64_t>(i));
      const double t = fm::draw_time(law, draws), value = fm::time_weight(law, t) * std::cos(t);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
    // E[min(1 / p, 100) cos t] by the midpoint rule.
    constexpr int cells = 100000;
    double expected = 0.0;
    for (int i = 0; i < cells; ++i) {
      const double t = (i + 0.5) / cells;
      expected += std::min(1.0, 100.0 * fm::time_density(law, t)) * std::cos(t) / cells;
    }
    CATCH_CHECK_THAT(mean, WithinAbs(expected, 5 * error));
  }
  CATCH_CHECK(fm::time_weight({.name = "beta"}, 0.3) == 1.0);
}
