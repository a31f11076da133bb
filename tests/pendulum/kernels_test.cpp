#include "libfm/pendulum/kernels.hpp"

#include "libfm/core/random.hpp"
#include "libfm/simd/angle.hpp"
#include "tests/catch.hpp"

#include <vector>

namespace {

/// A thousand steps of consecutive pendulums of an infinite sequence, starting with number `first`.
struct Swinging {
  Swinging(int first, int count) : torque(count), theta(count), omega(count), sine(count), observations(3 * count) {
    for (int i = 0; i < count; ++i) {
      fm::Draws draws = fm::RandomStream(3, "swinging").at(static_cast<std::uint64_t>(first + i));
      theta[i] = draws.uniform(-100.0, 100.0);
      omega[i] = draws.uniform(-8.0, 8.0);
      torque[i] = draws.uniform(-2.0, 2.0);
      sine[i] = fm::sin_cos(theta[i]).sine;
    }
  }

  void run(fm::InstructionSet set) {
    const fm::PendulumDynamics dynamics{fm::PendulumOptions{}};
    const auto count = static_cast<int>(theta.size());
    for (int step = 0; step < 1000; ++step) {
      fm::pendulum_kernels.of(set).step(
          dynamics, {count, torque.data(), theta.data(), omega.data(), sine.data(), observations.data()});
    }
  }

  std::vector<double> torque, theta, omega, sine;
  std::vector<float> observations;
};

}  // namespace

CATCH_TEST_CASE("every instruction set gives the pendulum of the equation, bit for bit", "[pendulum_kernel]") {
  constexpr int count = 37;  // not a multiple of any vector length
  const fm::PendulumDynamics dynamics{fm::PendulumOptions{}};
  for (const fm::InstructionSet set : fm::instruction_sets()) {
    CATCH_INFO(fm::name_of(set));
    Swinging swinging(0, count);
    const Swinging start = swinging;
    swinging.run(set);
    for (int i = 0; i < count; ++i) {
      fm::PendulumState state{start.theta[i], start.omega[i]};
      for (int step = 0; step < 1000; ++step) state = dynamics.next(state, start.torque[i]);
      const auto [sine, cosine] = fm::sin_cos(state.theta);
      CATCH_REQUIRE((swinging.theta[i] == state.theta && swinging.omega[i] == state.omega));
      CATCH_REQUIRE(swinging.sine[i] == sine);
      CATCH_REQUIRE(swinging.observations[3 * i] == static_cast<float>(cosine));
      CATCH_REQUIRE(swinging.observations[3 * i + 1] == static_cast<float>(sine));
      CATCH_REQUIRE(swinging.observations[3 * i + 2] == static_cast<float>(state.omega));
    }
  }
}

CATCH_TEST_CASE("a pendulum's motion depends neither on its neighbours nor on its position", "[pendulum_kernel]") {
  for (const fm::InstructionSet set : fm::instruction_sets()) {
    CATCH_INFO(fm::name_of(set));
    Swinging all(0, 40);
    all.run(set);
    for (const auto& [first, count] : {std::pair{3, 1}, std::pair{5, 8}, std::pair{13, 17}, std::pair{1, 39}}) {
      Swinging some(first, count);
      some.run(set);
      for (int i = 0; i < count; ++i) {
        CATCH_REQUIRE((some.theta[i] == all.theta[first + i] && some.omega[i] == all.omega[first + i]));
        CATCH_REQUIRE((some.sine[i] == all.sine[first + i]));
        for (int j = 3 * i; j < 3 * i + 3; ++j) CATCH_REQUIRE(some.observations[j] == all.observations[3 * first + j]);
      }
    }
  }
}
