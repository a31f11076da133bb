#include "libfm/pendulum/swing_up.hpp"

#include "libfm/core/error.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

using Catch::Matchers::WithinAbs;
using fm::Matrix;
using fm::Pendulum;
using fm::PendulumOptions;

namespace {

constexpr double pi = std::numbers::pi;

/// With a horizon that is not reached.
Pendulum pendulum_at(PendulumOptions options, double theta, double omega) {
  options.horizon = 1'000'000;
  Pendulum env(options, 1);
  env.set_states(std::vector{0}, Matrix{{theta, omega}});
  return env;
}

fm::StepResult push(Pendulum& env, float torque) {
  fm::StepResult result;
  env.step(Matrix::Constant(env.copies(), 1, torque), result);
  return result;
}

/// Largest |E(t) - E(0)| of the undriven pendulum within two seconds, J.
double energy_error(double time_step) {
  const PendulumOptions options{.time_step = time_step, .max_speed = 100.0};
  Pendulum env = pendulum_at(options, 1.0, 0.0);
  const double start = fm::pendulum_energy(options, 1.0, 0.0);
  double worst = 0.0;
  for (double t = 0.0; t < 2.0; t += time_step) {
    push(env, 0.0f);
    const Matrix state = env.states();
    worst = std::max(worst, std::abs(fm::pendulum_energy(options, state(0, 0), state(0, 1)) - start));
  }
  return worst;
}

}  // namespace

CATCH_TEST_CASE("the undriven pendulum conserves energy to the integrator's first order", "[pendulum]") {
  const double coarse = energy_error(0.004), middle = energy_error(0.002), fine = energy_error(0.001);
  CATCH_CHECK(fine < 0.05);
  CATCH_CHECK_THAT(std::log2(coarse / middle), WithinAbs(1.0, 0.1));
  CATCH_CHECK_THAT(std::log2(middle / fine), WithinAbs(1.0, 0.05));
}

CATCH_TEST_CASE("a large swing has the period of the elliptic integral", "[pendulum]") {
  // T = 4 K(sin(A / 2)) / omega_0, omega_0^2 = 3 g / (2 l), A the amplitude from hanging.
  const double amplitude = 2.0;
  const PendulumOptions options{.gravity = 9.0, .mass = 0.7, .length = 0.6, .time_step = 1e-4, .max_speed = 100.0};
  const double period = 4.0 * std::comp_ellint_1(std::sin(amplitude / 2.0)) / std::sqrt(1.5 * 9.0 / 0.6);
  Pendulum env = pendulum_at(options, pi - amplitude, 0.0);
  int steps = 0;
  do {
    push(env, 0.0f);
    ++steps;
  } while (env.states()(0, 1) > 0.0);
  CATCH_CHECK_THAT(2.0 * steps * options.time_step, WithinAbs(period, 1e-3));
}

CATCH_TEST_CASE("torque accelerates the rod's inertia m l^2 / 3", "[pendulum]") {
  const PendulumOptions options{.gravity = 0.0, .mass = 2.0, .length = 3.0, .time_step = 0.1};
  Pendulum env = pendulum_at(options, 0.0, 0.0);
  for (int i = 0; i < 10; ++i) push(env, 1.5f);
  CATCH_CHECK_THAT(env.states()(0, 1), WithinAbs(1.5 / (2.0 * 9.0 / 3.0), 1e-12));
}

CATCH_TEST_CASE("torque and speed are clipped to their bounds", "[pendulum]") {
  Pendulum beyond = pendulum_at({}, 2.0, 1.0), bound = pendulum_at({}, 2.0, 1.0);
  CATCH_CHECK(push(beyond, -50.0f).rewards[0] == push(bound, -2.0f).rewards[0]);
  CATCH_CHECK(beyond.states() == bound.states());

  Pendulum fast = pendulum_at({}, pi / 2.0, 7.9);
  push(fast, 2.0f);
  CATCH_CHECK(fast.states()(0, 1) == 8.0);
  Pendulum back = pendulum_at({}, -pi / 2.0, -7.9);
  push(back, -2.0f);
  CATCH_CHECK(back.states()(0, 1) == -8.0);
}

CATCH_TEST_CASE("the reward is that of the state before the step", "[pendulum]") {
  Pendulum env = pendulum_at({}, 0.5 + 2.0 * pi, -2.0);
  CATCH_CHECK_THAT(push(env, 1.0f).rewards[0], WithinAbs(-(0.25 + 0.4 + 0.001), 1e-13));
}

CATCH_TEST_CASE("initial states fill their ranges and depend on the episode, not on the row", "[pendulum]") {
  constexpr int n = 2000;
  const fm::RandomStream stream(5, "starts");
  Pendulum env({}, n);
  std::vector<int> rows(n);
  std::vector<std::uint64_t> episodes(n);
  for (int i = 0; i < n; ++i) rows[i] = i, episodes[i] = 1000 + i;
  env.reset(rows, episodes, stream);
  const Matrix states = env.states();
  CATCH_CHECK((states.col(0).array().abs().maxCoeff() > 3.1 && states.col(0).array().abs().maxCoeff() <= pi));
  CATCH_CHECK((states.col(1).array().abs().maxCoeff() > 0.99 && states.col(1).array().abs().maxCoeff() <= 1.0));
  // Five standard errors.
  CATCH_CHECK(std::abs(states.col(0).mean()) < 5.0 * pi / std::sqrt(3.0 * n));
  CATCH_CHECK(std::abs(states.col(1).mean()) < 5.0 / std::sqrt(3.0 * n));

  Pendulum alone({}, 1);
  alone.reset(std::vector{0}, std::vector<std::uint64_t>{1042}, stream);
  CATCH_CHECK(alone.states().row(0) == states.row(42));
}

CATCH_TEST_CASE("success needs the last 20 steps within 0.1 rad of upright", "[pendulum]") {
  // Without gravity, torque and speed the angle is constant.
  const PendulumOptions still{.gravity = 0.0};
  Pendulum near = pendulum_at(still, 0.099, 0.0), far = pendulum_at(still, 0.101, 0.0);
  for (int step = 1; step <= 40; ++step) {
    CATCH_CHECK((push(near, 0.0f).success[0] != 0) == (step >= 20));
    CATCH_CHECK(push(far, 0.0f).success[0] == 0);
  }
  // Leaving restarts the count: 1.5 N m for a step is 0.225 rad/s, 0.011 rad a step.
  push(near, 1.5f);
  CATCH_CHECK(push(near, 0.0f).success[0] == 0);
  near.set_states(std::vector{0}, Matrix{{0.0, 0.0}});
  CATCH_CHECK(push(near, 0.0f).success[0] == 0);
}

CATCH_TEST_CASE("an episode is truncated at its horizon and never terminated", "[pendulum]") {
  Pendulum env({.horizon = 7}, 1);
  for (int step = 1; step <= 7; ++step) {
    const fm::StepResult result = push(env, 0.0f);
    CATCH_CHECK((result.truncated[0] != 0) == (step == 7));
    CATCH_CHECK(result.terminated[0] == 0);
  }
}
