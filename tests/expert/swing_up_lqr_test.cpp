#include "libfm/expert/swing_up_lqr.hpp"

#include "libfm/core/error.hpp"
#include "libfm/expert/energy_swing_up.hpp"
#include "libfm/pendulum/swing_up.hpp"
#include "libfm/simd/angle.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

using Catch::Matchers::WithinAbs;
using fm::Matrix;
using fm::PendulumOptions;
using fm::PendulumState;

namespace {

double act(fm::Policy& policy, double theta, double omega) {
  const Matrix observations{
      {static_cast<float>(std::cos(theta)), static_cast<float>(std::sin(theta)), static_cast<float>(omega)}};
  const Matrix goals(1, 0);
  fm::PolicyOutput output;
  policy.act({observations, goals, std::vector<std::uint64_t>{0}, std::vector<std::uint32_t>{0}}, output);
  return output.actions(0, 0);
}

}  // namespace

CATCH_TEST_CASE("the swing-up torque moves the energy towards that of upright", "[swing_up]") {
  const PendulumOptions pendulum;
  const double wanted = fm::pendulum_energy(pendulum, 0.0, 0.0);
  CATCH_CHECK_THAT(wanted, WithinAbs(5.0, 1e-15));
  for (double theta = -3.0; theta <= 3.0; theta += 0.25) {
    for (double omega = -7.5; omega <= 7.5; omega += 0.5) {
      const double torque = fm::energy_swing_up_torque(pendulum, 1.5, {theta, omega});
      const double missing = wanted - fm::pendulum_energy(pendulum, theta, omega);
      CATCH_CHECK(torque * omega * missing >= 0.0);  // dE/dt = torque omega
      CATCH_CHECK(std::abs(torque) <= 2.0);
    }
  }
}

CATCH_TEST_CASE("a pendulum that hangs at rest is swung up and balanced", "[swing_up]") {
  for (const double gravity : {10.0, 5.0}) {
    const PendulumOptions pendulum{.gravity = gravity};
    fm::Pendulum env(pendulum, 1);
    env.set_states(std::vector{0}, fm::Matrix{{std::numbers::pi, 0.0}});
    fm::SwingUpLqr policy({}, pendulum);
    policy.reset(1, std::vector{0});
    fm::StepResult result;
    for (int step = 0; step < pendulum.horizon; ++step) {
      const fm::Matrix state = env.states();
      env.step(Matrix::Constant(1, 1, act(policy, state(0, 0), state(0, 1))), result);
    }
    CATCH_CHECK(result.success[0] == 1);
    CATCH_CHECK_THAT(fm::wrap_angle(env.states()(0, 0)), WithinAbs(0.0, 1e-6));
  }
}

CATCH_TEST_CASE("near upright the clipped regulator acts", "[swing_up]") {
  fm::SwingUpLqr policy({}, {});
  policy.reset(1, std::vector{0});
  CATCH_CHECK_THAT(act(policy, 0.02, -0.1), WithinAbs(-(19.693 * 0.02 - 5.2625 * 0.1), 1e-4));
  CATCH_CHECK(act(policy, 0.4, 1.0) == -2.0f);
  CATCH_CHECK(act(policy, -0.4, -1.0) == 2.0f);
}

CATCH_TEST_CASE("between the two angles the active controller does not change", "[swing_up]") {
  // At 0.6 rad moving away slowly, the regulator pushes back and the swing-up, lacking energy, pushes on.
  const fm::SwingUpLqrOptions options{.energy_gain = 1.5, .catch_angle = 0.5, .release_angle = 0.8};
  fm::SwingUpLqr policy(options, {});
  policy.reset(1, std::vector{0});
  CATCH_CHECK(act(policy, 0.6, 0.5) > 0.0f);
  act(policy, 0.45, 0.0);
  CATCH_CHECK(act(policy, 0.6, 0.5) < 0.0f);
  act(policy, 0.85, 0.5);
  CATCH_CHECK(act(policy, 0.6, 0.5) > 0.0f);
  act(policy, 0.45, 0.0);
  policy.reset(1, std::vector{0});
  CATCH_CHECK(act(policy, 0.6, 0.5) > 0.0f);
}

CATCH_TEST_CASE("a release angle below the catch angle is refused", "[swing_up]") {
  CATCH_CHECK_THROWS_AS(fm::SwingUpLqr({.catch_angle = 0.5, .release_angle = 0.4}, {}), fm::InputError);
}
