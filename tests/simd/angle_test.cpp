#include "libfm/simd/angle.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

using Catch::Matchers::WithinAbs;

namespace {

constexpr double turn = 2.0 * std::numbers::pi;

/// The error in units in the last place of the exact value.
double distance(double value, long double exact) {
  const auto nearest = std::abs(static_cast<double>(exact));
  const double unit = std::nextafter(nearest, std::numeric_limits<double>::infinity()) - nearest;
  return static_cast<double>(std::abs(exact - value)) / unit;
}

double worst_error(double angle) {
  const auto [sine, cosine] = fm::sin_cos(angle);
  const auto exact = static_cast<long double>(angle);
  return std::max(distance(sine, std::sin(exact)), distance(cosine, std::cos(exact)));
}

}  // namespace

CATCH_TEST_CASE("sine and cosine are accurate to the last place at any angle", "[angle]") {
  std::mt19937_64 generator(1);
  for (const double largest : {1.0, 4.0, 100.0, 1e5}) {
    std::uniform_real_distribution<double> angles(-largest, largest);
    double worst = 0.0;
    for (int i = 0; i < 200000; ++i) worst = std::max(worst, worst_error(angles(generator)));
    CATCH_CHECK(worst < 0.81);
  }
}

CATCH_TEST_CASE("sine and cosine are accurate to the last place near their zeros", "[angle]") {
  double worst = 0.0;
  for (int quarters = -1 << 20; quarters <= 1 << 20; quarters += quarters < -4096 || quarters > 4096 ? 37 : 1) {
    const double angle = quarters * (turn / 4.0);
    for (const double side : {-turn, turn}) worst = std::max(worst, worst_error(std::nextafter(angle, angle + side)));
    worst = std::max(worst, worst_error(angle));
  }
  CATCH_CHECK(worst < 1.1);
}

CATCH_TEST_CASE("sine and cosine are exact at zero, and NaN for angles that are not finite", "[angle]") {
  CATCH_CHECK((fm::sin_cos(0.0).sine == 0.0 && fm::sin_cos(0.0).cosine == 1.0));
  CATCH_CHECK((fm::sin_cos(-0.0).sine == 0.0 && fm::sin_cos(-0.0).cosine == 1.0));
  CATCH_CHECK(fm::sin_cos(1e-300).sine == 1e-300);
  for (const double odd : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    CATCH_CHECK((std::isnan(fm::sin_cos(odd).sine) && std::isnan(fm::sin_cos(odd).cosine)));
  }
}

CATCH_TEST_CASE("angles wrap to [-pi, pi)", "[angle]") {
  constexpr double pi = std::numbers::pi;
  CATCH_CHECK(fm::wrap_angle(0.5) == 0.5);
  CATCH_CHECK(fm::wrap_angle(-pi) == -pi);
  CATCH_CHECK(fm::wrap_angle(pi) == -pi);
  for (int turns = -5; turns <= 5; ++turns) {
    CATCH_CHECK_THAT(fm::wrap_angle(1.25 + turn * turns), WithinAbs(1.25, 1e-14));
    CATCH_CHECK_THAT(fm::wrap_angle(-3.0 + turn * turns), WithinAbs(-3.0, 1e-14));
  }
  for (int half_turns = -2001; half_turns <= 2001; ++half_turns) {
    double angle = std::nextafter(half_turns * pi, -1e9);
    for (int i = 0; i < 3; ++i, angle = std::nextafter(angle, 1e9)) {
      const double wrapped = fm::wrap_angle(angle);
      CATCH_REQUIRE((wrapped >= -pi && wrapped < pi));
      CATCH_REQUIRE_THAT(fm::sin_cos(wrapped).sine, WithinAbs(fm::sin_cos(angle).sine, 1e-15));
      CATCH_REQUIRE_THAT(fm::sin_cos(wrapped).cosine, WithinAbs(fm::sin_cos(angle).cosine, 1e-15));
    }
  }
}
