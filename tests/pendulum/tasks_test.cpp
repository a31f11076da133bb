// The pendulum's tasks with goals.

#include "libfm/pendulum/rotation.hpp"
#include "libfm/pendulum/spin.hpp"
#include "libfm/pendulum/target_angle.hpp"

#include "tests/catch.hpp"

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr double half_turn = std::numbers::pi;

}  // namespace

CATCH_TEST_CASE("torque holds a target, and success counts the last 20 steps since the current goal was set",
                "[target]") {
  fm::PendulumTarget env({}, 1);
  const double target = 0.3;
  env.set_states(std::vector{0}, fm::Matrix{{target, 0.0}});
  env.set_goals(std::vector{0}, fm::Matrix{{static_cast<float>(target)}});
  fm::StepResult result;
  const auto hold = fm::Matrix{{static_cast<float>(-5.0 * std::sin(target))}};
  for (int step = 1; step <= 25; ++step) {
    env.step(hold, result);
    CATCH_CHECK((result.success[0] != 0) == (step >= 20));
    CATCH_CHECK_THAT(result.rewards[0], WithinAbs(-0.001 * std::pow(5.0 * std::sin(target), 2), 1e-6));
  }
  CATCH_CHECK_THAT(env.states()(0, 0), WithinAbs(target, 1e-5));
  env.set_goals(std::vector{0}, fm::Matrix{{-0.3F}});
  env.step(hold, result);
  CATCH_CHECK(result.success[0] == 0);
  CATCH_CHECK(env.goals()(0, 0) == -0.3F);
}

CATCH_TEST_CASE("targets are uniform within their bounds", "[target]") {
  constexpr int n = 2000;
  fm::PendulumTarget env({}, n);
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    env.reset(std::vector{i}, std::vector{static_cast<std::uint64_t>(i)}, {0, "starts"});
    const double goal = env.goals()(i, 0);
    CATCH_REQUIRE(std::abs(goal) <= 0.35);
    sum += goal;
    squares += goal * goal;
  }
  const double variance = 0.35 * 0.35 / 3;
  CATCH_CHECK_THAT(sum / n, WithinAbs(0, 5 * std::sqrt(variance / n)));
  CATCH_CHECK_THAT(squares / n, WithinAbs(variance, 5 * variance * std::sqrt(0.8 / n)));
}

CATCH_TEST_CASE("a target that torque cannot hold is refused", "[target]") {
  CATCH_CHECK_THROWS_AS(fm::PendulumTarget({.farthest = 0.5}, 1), fm::InputError);
}

CATCH_TEST_CASE("the arithmetic-geometric mean gives the elliptic integral", "[spin]") {
  for (const auto& [a, b] : {std::pair{2.0, 8.0}, std::pair{0.1, 7.0}, std::pair{5.0, 5.0}}) {
    // 1 / M = (2 / pi) int_0^{pi/2} dx / sqrt(a^2 cos^2 x + b^2 sin^2 x), by the midpoint rule.
    constexpr int n = 20000;
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const double x = half_turn / 2 * (i + 0.5) / n;
      sum += 1 / std::hypot(a * std::cos(x), b * std::sin(x)) / n;
    }
    CATCH_CHECK_THAT(fm::arithmetic_geometric_mean(a, b), WithinRel(1 / sum, 1e-9));
  }
  CATCH_CHECK(fm::arithmetic_geometric_mean(0.0, 3.0) == 0.0);
}

CATCH_TEST_CASE("an undriven rotation has and keeps the rate of its energy", "[spin]") {
  const fm::PendulumOptions fine{.time_step = 1e-4, .max_speed = 100};
  const fm::PendulumDynamics dynamics(fine);
  for (const double bottom : {8.0, -9.0, 12.0}) {
    fm::PendulumState state{half_turn, bottom};
    const double expected = fm::rotation_rate(fine, state);
    int steps = 0;
    const double from = state.theta;
    for (; std::abs(state.theta - from) < 20 * half_turn; ++steps) state = dynamics.next(state, 0.0);
    CATCH_CHECK_THAT(expected, WithinRel((state.theta - from) / (steps * fine.time_step), 1e-3));
  }
  CATCH_CHECK(fm::rotation_rate(fine, {half_turn, 7.7}) == 0.0);  // does not reach the top
}

CATCH_TEST_CASE("the energy from the synchronous speed fluctuates by the square of the time step", "[spin]") {
  const auto wavering = [](double time_step) {
    const fm::PendulumOptions p{.time_step = time_step, .max_speed = 100};
    fm::PendulumState state{half_turn, 10.0};
    double low = 1e9, high = -1e9;
    for (double t = 0; t < 5; t += time_step) {
      const double energy = fm::pendulum_energy(p, state.theta, fm::synchronous_speed(p, state));
      low = std::min(low, energy);
      high = std::max(high, energy);
      state = fm::PendulumDynamics(p).next(state, 0.0);
    }
    return high - low;
  };
  CATCH_CHECK_THAT(std::log2(wavering(0.02) / wavering(0.01)), WithinAbs(2.0, 0.1));
}

CATCH_TEST_CASE("a steady rotation succeeds at the goal rate after a second and a turn, and not at another", "[spin]") {
  const fm::PendulumSpinOptions options{.changes = false};
  fm::PendulumSpin env(options, 2);
  env.set_states(std::vector{0, 1}, fm::Matrix{{half_turn, 10.0}, {half_turn, 10.0}});
  const auto rate = static_cast<float>(
      fm::rotation_rate(options.pendulum, {half_turn, fm::synchronous_speed(options.pendulum, {half_turn, 10.0})}));
  env.set_goals(std::vector{0, 1}, fm::Matrix{{rate}, {1.08F * rate}});
  fm::StepResult result;
  const int turn = static_cast<int>(std::ceil(2 * half_turn / rate / options.pendulum.time_step));
  for (int step = 1; step <= turn + 25; ++step) {
    env.step(fm::Matrix::Zero(2, 1), result);
    if (step < turn + 18) CATCH_REQUIRE(result.success[0] == 0);
    CATCH_REQUIRE(result.success[1] == 0);
  }
  CATCH_CHECK(result.success[0] == 1);
  env.set_goals(std::vector{0}, fm::Matrix{{-rate}});
  env.step(fm::Matrix::Zero(2, 1), result);
  CATCH_CHECK(result.success[0] == 0);
}

CATCH_TEST_CASE("the goal rate changes once, in the middle third", "[spin]") {
  fm::PendulumSpin env({}, 50);
  for (int i = 0; i < 50; ++i) env.reset(std::vector{i}, std::vector{static_cast<std::uint64_t>(i)}, {0, "starts"});
  std::vector<int> changes(50, 0);
  fm::StepResult result;
  for (int step = 1; step <= 300; ++step) {
    const fm::Matrix before = env.goals();
    env.step(fm::Matrix::Zero(50, 1), result);
    for (int i = 0; i < 50; ++i) {
      CATCH_REQUIRE((std::abs(before(i, 0)) >= 4.0F && std::abs(before(i, 0)) <= 8.0F));
      if (env.goals()(i, 0) == before(i, 0)) continue;
      ++changes[static_cast<std::size_t>(i)];
      CATCH_CHECK((step >= 100 && step <= 200));
    }
  }
  CATCH_CHECK(changes == std::vector<int>(50, 1));
}

CATCH_TEST_CASE("rates outside the range of the task cannot be set", "[spin]") {
  fm::PendulumSpin env({}, 1);
  const std::vector<int> rows = {0};
  env.reset(rows, std::vector<std::uint64_t>{0}, fm::RandomStream(0, "spin"));
  env.set_goals(rows, fm::Matrix::Constant(1, 1, -8.0F));
  CATCH_CHECK(env.goals()(0, 0) == -8.0F);
  CATCH_CHECK_THROWS_AS(env.set_goals(rows, fm::Matrix::Zero(1, 1)), fm::InputError);
}

CATCH_TEST_CASE("rates beyond the speed bound are refused", "[spin]") {
  CATCH_CHECK_THROWS_AS(fm::PendulumSpin({.pendulum = {.max_speed = 8.0}}, 1), fm::InputError);
  CATCH_CHECK_THROWS_AS(fm::PendulumSpin({.slowest = 6.0, .fastest = 5.0}, 1), fm::InputError);
}
