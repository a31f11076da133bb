#include "libfm/core/statistics.hpp"

#include "libfm/core/parallel.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using Catch::Matchers::WithinAbs;

namespace {

std::vector<double> normals(const fm::RandomStream& stream, std::uint64_t position, int n) {
  fm::Draws draws = stream.at(position);
  std::vector<double> values(static_cast<std::size_t>(n));
  std::generate(values.begin(), values.end(), [&] { return draws.normal(); });
  return values;
}

}  // namespace

CATCH_TEST_CASE("mean and standard deviation of known samples", "[statistics]") {
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  CATCH_CHECK(fm::mean(values) == 5.0);
  CATCH_CHECK_THAT(fm::standard_deviation(values), WithinAbs(std::sqrt(32.0 / 7.0), 1e-15));
  // 1 ... n: variance n (n + 1) / 12. A large offset loses no digits.
  std::vector<double> counted;
  for (int i = 1; i <= 100; ++i) counted.push_back(1e9 + i);
  CATCH_CHECK_THAT(fm::standard_deviation(counted), WithinAbs(std::sqrt(100.0 * 101.0 / 12.0), 1e-9));
}

CATCH_TEST_CASE("quantiles are linear between order statistics", "[statistics]") {
  const std::vector<double> values = {9, 1, 3, 7};  // numpy.quantile([9, 1, 3, 7], [0, .1, .25, .5, .99, 1])
  CATCH_CHECK(fm::quantile(values, 0.0) == 1.0);
  CATCH_CHECK_THAT(fm::quantile(values, 0.1), WithinAbs(1.6, 1e-12));
  CATCH_CHECK_THAT(fm::quantile(values, 0.25), WithinAbs(2.5, 1e-12));
  CATCH_CHECK_THAT(fm::quantile(values, 0.5), WithinAbs(5.0, 1e-12));
  CATCH_CHECK_THAT(fm::quantile(values, 0.99), WithinAbs(8.94, 1e-12));
  CATCH_CHECK(fm::quantile(values, 1.0) == 9.0);
  CATCH_CHECK(fm::quantile(std::vector{5.0}, 0.3) == 5.0);
}

CATCH_TEST_CASE("the bootstrap interval of a fair coin is the binomial's", "[statistics]") {
  // 400 zeros and ones, half each: a resampled mean is Binomial(400, 1/2) / 400, whose 2.5 % and 97.5 % quantiles are
  // 180 / 400 and 220 / 400 (scipy.stats.binom.ppf). Their own sampling error with 10,000 resamples is about 1 / 400.
  std::vector<double> coin(400, 0.0);
  std::fill(coin.begin(), coin.begin() + 200, 1.0);
  const fm::Interval interval = fm::bootstrap_mean(coin, fm::RandomStream(0, "bootstrap"));
  CATCH_CHECK_THAT(interval.low, WithinAbs(180.0 / 400.0, 2.01 / 400.0));
  CATCH_CHECK_THAT(interval.high, WithinAbs(220.0 / 400.0, 2.01 / 400.0));
}

CATCH_TEST_CASE("the bootstrap interval shifts and scales with the sample", "[statistics]") {
  const fm::RandomStream stream(1, "bootstrap");
  const std::vector<double> values = normals(stream, 0, 50);
  std::vector<double> moved = values;
  for (double& value : moved) value = 3.0 + 2.0 * value;
  const fm::BootstrapOptions options{.resamples = 500};
  const fm::Interval a = fm::bootstrap_mean(values, stream, options);
  const fm::Interval b = fm::bootstrap_mean(moved, stream, options);
  CATCH_CHECK_THAT(b.low, WithinAbs(3.0 + 2.0 * a.low, 1e-12));
  CATCH_CHECK_THAT(b.high, WithinAbs(3.0 + 2.0 * a.high, 1e-12));
  CATCH_CHECK(fm::bootstrap_mean(std::vector(5, 1.5), stream, options) == fm::Interval{1.5, 1.5});
}

CATCH_TEST_CASE("the bootstrap interval is a function of the stream, for any number of threads", "[statistics]") {
  const fm::RandomStream stream(2, "bootstrap");
  const std::vector<double> values = normals(stream, 0, 100);
  const int before = fm::threads();
  fm::set_threads(1);
  const fm::Interval one = fm::bootstrap_mean(values, stream);
  fm::set_threads(4);
  const fm::Interval four = fm::bootstrap_mean(values, stream);
  fm::set_threads(before);
  CATCH_CHECK(one == four);
  CATCH_CHECK(!(one == fm::bootstrap_mean(values, fm::RandomStream(3, "bootstrap"))));
}

CATCH_TEST_CASE("95 % intervals contain the true mean in about 95 % of samples", "[statistics]") {
  const fm::RandomStream samples(4, "samples");
  constexpr int repetitions = 500;
  int held = 0;
  for (int i = 0; i < repetitions; ++i) {
    const std::vector<double> values = normals(samples, static_cast<std::uint64_t>(i), 100);
    const fm::Interval interval =
        fm::bootstrap_mean(values, fm::RandomStream(static_cast<std::uint64_t>(i), "bootstrap"), {.resamples = 400});
    if (interval.low <= 0.0 && 0.0 <= interval.high) ++held;
  }
  // Percentile intervals of 100 values cover 94 to 95 %; four standard errors of the count are allowed.
  CATCH_CHECK(std::abs(held / double{repetitions} - 0.945) < 4 * std::sqrt(0.945 * 0.055 / repetitions));
}
