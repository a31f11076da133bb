#include "libfm/collocation/swing_up_model.hpp"

#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"

#include <Eigen/Core>

namespace {

std::vector<double> derivative(const fm::SwingUpModel& model, const std::vector<double>& x, double u) {
  return model.derivative(std::vector<casadi::DM>{x, u})[0].get_elements();
}

/// MuJoCo's own integrator: the Runge-Kutta method of order 4 with a constant control.
std::vector<double> step(const fm::SwingUpModel& model, const std::vector<double>& x, double u, double h) {
  const auto along = [&](const std::vector<double>& slope, double time) {
    std::vector<double> moved = x;
    for (std::size_t i = 0; i < x.size(); ++i) moved[i] += time * slope[i];
    return moved;
  };
  const auto a = derivative(model, x, u), b = derivative(model, along(a, h / 2), u),
             c = derivative(model, along(b, h / 2), u), d = derivative(model, along(c, h), u);
  std::vector<double> next = x;
  for (std::size_t i = 0; i < x.size(); ++i) next[i] += h / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]);
  return next;
}

}  // namespace

CATCH_TEST_CASE("the equations of motion are those of MuJoCo", "[swing_up_model]") {
  const auto check = [](const char* name, const fm::SwingUpModel& model, double position_range) {
    CATCH_INFO(name);
    fm::EnvOptions options;
    options.name = name;
    const fm::EnvFactory factory = fm::make_env(options);
    const auto env = factory.make(1);
    const std::vector<int> columns = env->coordinates(), rows = {0};
    const std::vector<std::uint64_t> episodes = {0};
    const fm::RandomStream stream(5, "states");
    for (std::uint64_t i = 0; i < 20; ++i) {
      fm::Draws draws = stream.at(i);
      std::vector<double> x;
      for (int j = 0; j < model.size(); ++j) {
        x.push_back(j < model.size() / 2 ? draws.uniform(-position_range, position_range) : draws.uniform(-8.0, 8.0));
      }
      const double u = draws.uniform(-model.bound, model.bound);
      env->reset(rows, episodes, stream);
      fm::Matrix state = env->states();
      for (std::size_t j = 0; j < x.size(); ++j) state(0, columns[j]) = x[j];
      env->set_states(rows, state);
      fm::StepResult result;
      env->step(fm::Matrix::Constant(1, 1, u), result);
      const std::vector<double> expected = step(model, x, u, factory.spec.time_step);
      for (std::size_t j = 0; j < x.size(); ++j) {
        CATCH_CHECK(env->states()(0, columns[j]) == Approx(expected[j]).epsilon(1e-9).margin(1e-9));
      }
    }
  };
  check("cart_pole_swing_up", fm::cart_pole_model(), 1.0);
  check("acrobot", fm::acrobot_model(), 3.0);
}

CATCH_TEST_CASE("the pendulum's equation of motion and its cost are those of the environment", "[swing_up_model]") {
  const fm::PendulumOptions options{.gravity = 9.0, .mass = 1.5, .length = 0.8};
  const fm::SwingUpModel model = fm::pendulum_model(options);
  const fm::PendulumDynamics dynamics(options);
  for (const double theta : {-2.5, -0.1, 0.4, 3.0}) {
    const auto slope = derivative(model, {theta, 1.2}, 0.7);
    const fm::PendulumState next = dynamics.next({.theta = theta, .omega = 1.2}, 0.7);
    CATCH_CHECK(slope[0] == 1.2);
    CATCH_CHECK(slope[1] == Approx((next.omega - 1.2) / options.time_step).epsilon(1e-12));
    const double cost =
        model.cost(std::vector<casadi::DM>{std::vector<double>{theta + 6.283185307179586, 1.2}, 0.7})[0].scalar();
    CATCH_CHECK(cost * options.time_step == Approx(theta * theta + 0.1 * 1.44 + 0.001 * 0.49));
  }
}

CATCH_TEST_CASE("the cart-pole's cost is what the environment's reward misses", "[swing_up_model]") {
  fm::EnvOptions options;
  options.name = "cart_pole_swing_up";
  const auto env = fm::make_env(options).make(1);
  const fm::SwingUpModel model = fm::cart_pole_model();
  const std::vector<int> columns = env->coordinates(), rows = {0};
  const std::vector<std::uint64_t> episodes = {0};
  env->reset(rows, episodes, fm::RandomStream(1, "start"));
  for (int i = 0; i < 50; ++i) {
    const double u = i % 20 < 10 ? 0.8 : -0.6;
    fm::StepResult result;
    env->step(fm::Matrix::Constant(1, 1, u), result);
    std::vector<double> x;
    for (const int column : columns) x.push_back(env->states()(0, column));
    const double cost = model.cost(std::vector<casadi::DM>{x, u})[0].scalar();
    CATCH_CHECK(0.01 * cost == Approx(1.0 - result.rewards[0]).margin(1e-9));
  }
}
