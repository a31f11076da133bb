#include "libfm/expert/value_iteration.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/expert/riccati.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

using Catch::Matchers::WithinAbs;
using fm::PendulumModel;
using fm::PendulumState;
using fm::ValueTable;

namespace {

constexpr double pi = std::numbers::pi;

}  // namespace

CATCH_TEST_CASE("the table is exact for bilinear functions, and periodic in angle", "[value_table]") {
  ValueTable table(20, 8.0);
  const auto f = [](const PendulumState& s) { return 1.0 + 0.5 * s.theta - 2.0 * s.omega + 0.25 * s.theta * s.omega; };
  for (int i = 0; i < table.angles(); ++i) {
    for (int j = 0; j < table.speeds(); ++j) table.values()[i * table.speeds() + j] = f(table.state(i, j));
  }
  const double last = table.state(table.angles() - 1, 0).theta;
  for (double theta = -pi + 1e-9; theta < last; theta += 0.0371) {
    for (double omega = -8.0; omega <= 8.0; omega += 0.125) {
      CATCH_REQUIRE_THAT(table.at({theta, omega}), WithinAbs(f({theta, omega}), 1e-12));
      CATCH_REQUIRE_THAT(table.at({theta + 2.0 * pi, omega}), WithinAbs(f({theta, omega}), 1e-9));
      CATCH_REQUIRE_THAT(table.at({theta - 4.0 * pi, omega}), WithinAbs(f({theta, omega}), 1e-9));
    }
  }
  // The cell across the seam, between the last angle and pi = -pi.
  const double middle = 0.5 * (last + pi);
  CATCH_CHECK_THAT(table.at({middle, 1.0}), WithinAbs(0.5 * (f({last, 1.0}) + f({-pi, 1.0})), 1e-12));
  CATCH_CHECK_THAT(table.at({0.3, 8.0}), WithinAbs(f({0.3, 8.0}), 1e-12));
  const PendulumState upright = table.state(table.angles() / 2, table.speeds() / 2);
  CATCH_CHECK((upright.theta == 0.0 && upright.omega == 0.0));
}

CATCH_TEST_CASE("torque choices are symmetric, include zero and end at the bounds", "[value_iteration]") {
  CATCH_CHECK(fm::torque_choices(2.0, 2) == std::vector{-2.0, -1.0, 0.0, 1.0, 2.0});
}

CATCH_TEST_CASE("the cost-to-go satisfies Bellman's equation, is zero only at upright, and symmetric",
                "[value_iteration]") {
  const PendulumModel model({});
  const auto torques = fm::torque_choices(2.0, 4);
  const ValueTable table = fm::value_iteration(model, 50, torques);
  const double largest = *std::max_element(table.values().begin(), table.values().end());
  const auto value = [&](int i, int j) { return table.values()[i * table.speeds() + j]; };
  for (int i = 0; i < table.angles(); ++i) {
    for (int j = 0; j < table.speeds(); ++j) {
      const PendulumState state = table.state(i, j);
      double best = std::numeric_limits<double>::infinity();
      for (const double u : torques) {
        const double omega = std::clamp(state.omega + (15.0 * std::sin(state.theta) + 3.0 * u) * 0.05, -8.0, 8.0);
        best = std::min(best, state.theta * state.theta + 0.1 * state.omega * state.omega + 0.001 * u * u +
                                  table.at({state.theta + 0.05 * omega, omega}));
      }
      CATCH_REQUIRE_THAT(value(i, j), WithinAbs(best, 2e-5 * largest));
      const bool upright = state.theta == 0.0 && state.omega == 0.0;
      CATCH_REQUIRE((value(i, j) == 0.0) == upright);
      const int mirrored = (table.angles() - i) % table.angles();
      CATCH_REQUIRE_THAT(value(mirrored, table.speeds() - 1 - j), WithinAbs(value(i, j), 2e-5 * largest));
    }
  }
}

CATCH_TEST_CASE("near upright the cost-to-go is the regulator's, known in closed form", "[value_iteration]") {
  const PendulumModel model({});
  const Eigen::Matrix2d P = *fm::solve_riccati(model.A(), model.B(), PendulumModel::Q(), PendulumModel::R());
  const ValueTable table = fm::value_iteration(model, 150, fm::torque_choices(2.0, 8));
  // States from which the regulator never reaches the torque bounds: |K x| < 2. Interpolation overestimates a convex
  // function, by less on a finer grid.
  for (const PendulumState& s : {PendulumState{0.25, -0.8}, {0.2, -0.5}, {-0.2, 0.6}, {-0.1, 0.1}}) {
    const Eigen::Vector2d x(s.theta, s.omega);
    const double exact = x.dot(P * x);
    CATCH_CHECK(table.at(s) > 0.97 * exact);
    CATCH_CHECK(table.at(s) < 1.2 * exact);
  }
}

CATCH_TEST_CASE("the cost-to-go is bit-identical for any number of threads", "[value_iteration]") {
  const int threads = fm::threads();
  fm::set_threads(1);
  const ValueTable one = fm::value_iteration(PendulumModel({}), 170, fm::torque_choices(2.0, 2));
  fm::set_threads(3);
  const ValueTable three = fm::value_iteration(PendulumModel({}), 170, fm::torque_choices(2.0, 2));
  fm::set_threads(threads);
  CATCH_CHECK(one.values() == three.values());
}

CATCH_TEST_CASE("a pendulum that cannot be swung up is an input error", "[value_iteration]") {
  // Reaching upright takes sqrt(60) rad/s at the bottom.
  const PendulumModel slow({.max_speed = 2.0});
  CATCH_CHECK_THROWS_AS(fm::value_iteration(slow, 20, fm::torque_choices(2.0, 2)), fm::InputError);
}
