#include "libfm/pendulum/two_modes.hpp"

#include "libfm/env/rollout.hpp"

#include "tests/catch.hpp"

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

/// An episode that begins hanging and ends at this angle, first swinging the other way; without states, which are
/// recorded of the first episodes only.
fm::Episode ending_at(double theta, bool success) {
  constexpr int steps = 30;
  const double hanging = std::acos(-1.0);
  fm::Episode e;
  e.actions = fm::Matrix::Zero(steps, 1);
  e.observations = fm::Matrix::Zero(steps + 1, 3);
  for (int t = 0; t <= steps; ++t) {
    const double share = t / static_cast<double>(steps);
    const double angle = hanging + (theta - hanging) * (share - std::sin(2.0 * hanging * share) / 3.0);
    e.observations.row(t) << std::cos(angle), std::sin(angle), 0.0;
  }
  e.success = success;
  return e;
}

double entropy(const std::vector<fm::Episode>& episodes) {
  return fm::TwoModes({}, 1).metrics(episodes).at("direction_entropy_bits");
}

}  // namespace

CATCH_TEST_CASE("direction entropy counts the sides on which successful episodes swing up", "[two_modes]") {
  const fm::Episode back = ending_at(0.0, true), forth = ending_at(6.28, true), fallen = ending_at(6.28, false);
  CATCH_CHECK(entropy({back, forth}) == 1.0);
  CATCH_CHECK(entropy({back, back, back}) == 0.0);
  CATCH_CHECK(entropy({forth, fallen}) == 0.0);
  CATCH_CHECK(entropy({fallen}) == 0.0);
  CATCH_CHECK_THAT(entropy({back, forth, forth, forth}), WithinAbs(0.811278, 1e-6));
}

CATCH_TEST_CASE("episodes of two_modes begin near hanging, at rest", "[two_modes]") {
  fm::TwoModes env({}, 100);
  for (int i = 0; i < 100; ++i) env.reset(std::vector{i}, std::vector{static_cast<std::uint64_t>(i)}, {0, "starts"});
  CATCH_CHECK((env.states().col(0).array() - 3.14159265).abs().maxCoeff() <= 0.05);
  CATCH_CHECK((env.states().col(0).array() - 3.14159265).abs().maxCoeff() > 0.04);
  CATCH_CHECK(env.states().col(1).isZero());
}
