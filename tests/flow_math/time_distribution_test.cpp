#include "libfm/flow_math/time_distribution.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

using Catch::Matchers::WithinAbs;
using fm::TimeDistributionOptions;

namespace {

std::vector<TimeDistributionOptions> all_options() {
  return {{.name = "uniform"},
          {.name = "logit_normal"},
          {.name = "logit_normal", .logit_normal = {.mean = -0.8, .deviation = 0.6}},
          {.name = "beta"},
          {.name = "beta", .beta = {.a = 0.5, .b = 0.7}},
          {.name = "beta", .beta = {.a = 4.0, .b = 2.0}}};
}

/// int_0^t of the density, by the midpoint rule in x with t = sin^2(x): for the singular ends of a beta density.
double distribution(const TimeDistributionOptions& options, double t) {
  const fm::TimeDistribution time_distribution(options);
  constexpr int n = 4000;
  const double end = std::asin(std::sqrt(t));
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    const double x = (i + 0.5) * end / n, s = std::sin(x) * std::sin(x);
    sum += time_distribution.density(s) * std::sin(2 * x) * end / n;
  }
  return sum;
}

}  // namespace

CATCH_TEST_CASE("times follow their distribution by the Kolmogorov-Smirnov test", "[time_distribution]") {
  constexpr int n = 4000;
  for (const TimeDistributionOptions& options : all_options()) {
    CATCH_INFO(options.name << " " << options.beta.a);
    const fm::TimeDistribution time_distribution(options);
    std::vector<double> times;
    for (int i = 0; i < n; ++i) {
      fm::Draws draws = fm::RandomStream(3, "times").at(static_cast<std::uint64_t>(i));
      times.push_back(time_distribution.draw(draws));
    }
    std::sort(times.begin(), times.end());
    CATCH_CHECK(times.front() >= 0.0);
    CATCH_CHECK(times.back() <= 1.0);
    double distance = 0.0;
    for (int i = 0; i < n; i += 7) {
      const double f = distribution(options, times[static_cast<std::size_t>(i)]);
      distance = std::max({distance, std::abs(f - static_cast<double>(i) / n), std::abs(f - (i + 1.0) / n)});
    }
    CATCH_CHECK(distance < 1.95 / std::sqrt(n));  // the 0.1 % quantile of the test statistic
  }
}

CATCH_TEST_CASE("a density integrates to one", "[time_distribution]") {
  for (const TimeDistributionOptions& options : all_options()) {
    CATCH_INFO(options.name << " " << options.beta.a);
    CATCH_CHECK_THAT(distribution(options, 1.0), WithinAbs(1.0, 2e-3));
  }
}

CATCH_TEST_CASE("weights by inverse density give the mean over uniform times, up to their bound",
                "[time_distribution]") {
  constexpr int n = 200000;
  for (TimeDistributionOptions options : all_options()) {
    CATCH_INFO(options.name << " " << options.beta.a);
    options.weight = "inverse_density";
    const fm::TimeDistribution time_distribution(options);
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < n; ++i) {
      fm::Draws draws = fm::RandomStream(4, "times").at(static_cast<std::uint64_t>(i));
      const double t = time_distribution.draw(draws), value = time_distribution.weight(t) * std::cos(t);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
    // E[min(1 / p, 100) cos t] by the midpoint rule.
    constexpr int cells = 100000;
    double expected = 0.0;
    for (int i = 0; i < cells; ++i) {
      const double t = (i + 0.5) / cells;
      expected += std::min(1.0, 100.0 * time_distribution.density(t)) * std::cos(t) / cells;
    }
    CATCH_CHECK_THAT(mean, WithinAbs(expected, 5 * error));
  }
  CATCH_CHECK(fm::TimeDistribution({.name = "beta"}).weight(0.3) == 1.0);
}
