#include "libfm/expert/pendulum_model.hpp"

#include "tests/catch.hpp"

#include <cmath>

using Catch::Matchers::WithinAbs;
using fm::PendulumModel;
using fm::PendulumOptions;
using fm::PendulumState;

namespace {

const PendulumOptions odd{.gravity = 9.81, .mass = 0.8, .length = 1.3, .time_step = 0.03, .max_torque = 3.0};

}  // namespace

CATCH_TEST_CASE("the controllers' model is the pendulum itself", "[pendulum_model]") {
  const PendulumModel model(odd);
  fm::Draws draws = fm::RandomStream(1, "states").at(0);
  for (int i = 0; i < 200; ++i) {
    const PendulumState state{draws.uniform(-3.1, 3.1), draws.uniform(-8.0, 8.0)};
    const float torque = static_cast<float>(draws.uniform(-3.0, 3.0));
    fm::Pendulum env(odd, 1);
    env.set_states(std::vector{0}, fm::Matrix{{state.theta, state.omega}});
    const PendulumState seen = fm::pendulum_state(env.observations(), 0);
    CATCH_CHECK_THAT(seen.theta, WithinAbs(state.theta, 1e-6));
    CATCH_CHECK_THAT(seen.omega, WithinAbs(state.omega, 1e-6));

    fm::StepResult result;
    env.step(fm::Matrix::Constant(1, 1, torque), result);
    const PendulumState next = model.next(state, torque);
    CATCH_CHECK(next.theta == env.states()(0, 0));
    CATCH_CHECK(next.omega == env.states()(0, 1));
    CATCH_CHECK_THAT(PendulumModel::cost(state, torque), WithinAbs(-result.rewards[0], 1e-13));
  }
}

CATCH_TEST_CASE("A and B are the derivatives of a step at upright", "[pendulum_model]") {
  const PendulumModel model(odd);
  const double h = 1e-5;
  const auto slope = [&](PendulumState x, double u) -> Eigen::Vector2d {
    const PendulumState plus = model.next(x, u), minus = model.next({-x.theta, -x.omega}, -u);
    return Eigen::Vector2d(plus.theta - minus.theta, plus.omega - minus.omega) / (2.0 * h);
  };
  CATCH_CHECK((slope({h, 0.0}, 0.0) - model.A().col(0)).norm() < 1e-9);
  CATCH_CHECK((slope({0.0, h}, 0.0) - model.A().col(1)).norm() < 1e-9);
  CATCH_CHECK((slope({0.0, 0.0}, h) - model.B()).norm() < 1e-9);
}

CATCH_TEST_CASE("Q and R are the cost", "[pendulum_model]") {
  const Eigen::Vector2d x(0.3, -1.7);
  const double u = 1.1;
  CATCH_CHECK_THAT(PendulumModel::cost({x[0], x[1]}, u),
                   WithinAbs(x.dot(PendulumModel::Q() * x) + u * u * PendulumModel::R()(0, 0), 1e-15));
}
