#include "libfm/toy/toy_2d.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/rollout.hpp"

#include "tests/catch.hpp"

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

std::vector<std::array<double, 2>> toy_samples(const std::string& name, int n) {
  std::vector<std::array<double, 2>> all;
  for (int i = 0; i < n; ++i) {
    fm::Draws draws = fm::RandomStream(4, "toy").at(static_cast<std::uint64_t>(i));
    all.push_back(fm::draw_toy_2d(name, draws));
  }
  return all;
}

fm::Episode acting(double x, double y) {
  fm::Episode e;
  e.actions = fm::Matrix{{static_cast<float>(x), static_cast<float>(y)}};
  return e;
}

}  // namespace

CATCH_TEST_CASE("the checkerboard fills its eight dark squares evenly", "[toy_2d]") {
  std::array<int, 16> counts{};
  constexpr int n = 16000;
  for (const auto& [x, y] : toy_samples("checkerboard", n)) {
    const int column = static_cast<int>(std::floor((x + 4) / 2)), row = static_cast<int>(std::floor((y + 4) / 2));
    CATCH_REQUIRE((column >= 0 && column < 4 && row >= 0 && row < 4));
    CATCH_REQUIRE((column + row) % 2 == 0);
    ++counts[static_cast<std::size_t>(4 * column + row)];
  }
  for (const int count : counts) CATCH_CHECK((count == 0 || std::abs(count - n / 8) < 5 * std::sqrt(n / 8)));
}

CATCH_TEST_CASE("eight Gaussians and two moons have their means and spreads", "[toy_2d]") {
  constexpr int n = 20000;
  double radius2 = 0, mean_x = 0;
  for (const auto& [x, y] : toy_samples("eight_gaussians", n)) {
    radius2 += (x * x + y * y) / n;
    mean_x += x / n;
  }
  CATCH_CHECK_THAT(radius2, WithinAbs(25 + 2 * 0.1, 0.15));
  CATCH_CHECK_THAT(mean_x, WithinAbs(0, 5 * std::sqrt(12.6 / n)));
  // Moons: E x = 3 * 0.5 - 1, E y = 3 * 0.25 - 1, by symmetry about (0.5, 0.25).
  double x_moons = 0, y_moons = 0;
  for (const auto& [x, y] : toy_samples("two_moons", n)) {
    x_moons += x / n;
    y_moons += y / n;
  }
  CATCH_CHECK_THAT(x_moons, WithinAbs(0.5, 0.1));
  CATCH_CHECK_THAT(y_moons, WithinAbs(-0.25, 0.06));
}

CATCH_TEST_CASE("the 2-Wasserstein metric is small for the distribution itself, and the shift for shifted samples",
                "[toy_2d]") {
  const fm::Toy2d env({.distribution = "eight_gaussians"}, 1);
  std::vector<fm::Episode> same, moved;
  for (const auto& [x, y] : toy_samples("eight_gaussians", 1000)) {
    same.push_back(acting(x, y));
    moved.push_back(acting(x + 30, y));
  }
  const double near = env.metrics(same).at("wasserstein_2");
  CATCH_CHECK(near < 1.5);
  CATCH_CHECK_THAT(env.metrics(moved).at("wasserstein_2"), WithinAbs(30.0, 0.5));
}

CATCH_TEST_CASE("an unknown toy distribution is refused", "[toy_2d]") {
  fm::Draws draws = fm::RandomStream(0, "toy").at(0);
  CATCH_CHECK_THROWS_AS(fm::draw_toy_2d("spiral", draws), fm::InputError);
}
