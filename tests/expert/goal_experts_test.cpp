// The experts of the pendulum's other tasks.

#include "libfm/task/experts.hpp"

#include "libfm/env/rollout.hpp"
#include "libfm/expert/two_modes.hpp"
#include "libfm/pendulum/rotation.hpp"
#include "tests/catch.hpp"

#include <numbers>

using Catch::Matchers::WithinRel;

namespace {

std::vector<fm::Episode> play_in(const char* env_name, const fm::PolicyFactory& policy, int episodes) {
  fm::EnvOptions env;
  env.name = env_name;
  return fm::rollout(fm::make_env(env), policy, {.episodes = episodes, .initial = fm::RandomStream(123, "rollout")});
}

fm::PolicyFactory expert_of(const char* env_name, const char* name) {
  fm::EnvOptions env;
  env.name = env_name;
  return fm::make_expert({.name = name}, env, "", 0);
}

double share_of_successes(const std::vector<fm::Episode>& episodes) {
  double count = 0;
  for (const fm::Episode& e : episodes) count += e.success ? 1 : 0;
  return count / static_cast<double>(episodes.size());
}

double mean_of(const std::vector<fm::Episode>& episodes) {
  double sum = 0;
  for (const fm::Episode& e : episodes) sum += e.total_reward();
  return sum / static_cast<double>(episodes.size());
}

/// The mean action of both experts of two_modes, each with its own unwrapped angle.
class MeanOfBoth final : public fm::Policy {
 public:
  explicit MeanOfBoth(fm::OptimalTorque torque) : torque_(std::move(torque)) {}

  void reset(int copies, std::span<const int> rows) override {
    theta_.resize(static_cast<std::size_t>(copies));
    for (const int row : rows) theta_[static_cast<std::size_t>(row)] = std::numbers::pi;
  }

  void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
    output.actions.resize(input.observations.rows(), 1);
    for (Eigen::Index i = 0; i < input.observations.rows(); ++i) {
      const fm::PendulumState seen = fm::pendulum_state(input.observations, i);
      double& theta = theta_[static_cast<std::size_t>(i)];
      theta += fm::wrap_angle(seen.theta - theta);
      const double a = torque_({theta, seen.omega}), b = -torque_({2 * std::numbers::pi - theta, -seen.omega});
      output.actions(i, 0) = static_cast<float>(0.5 * (a + b));
    }
  }

 private:
  fm::OptimalTorque torque_;
  std::vector<double> theta_;
};

}  // namespace

CATCH_TEST_CASE("an expert's randomness is determined by the seed", "[experts]") {
  fm::EnvOptions env;
  env.name = "toy_2d";
  const auto point = [&](std::uint64_t seed) {
    return fm::rollout(fm::make_env(env), fm::make_expert({.name = "toy_2d"}, env, "", seed),
                       {.episodes = 1, .initial = fm::RandomStream(0, "rollout")})[0]
        .actions;
  };
  CATCH_CHECK(point(1) == point(1));
  CATCH_CHECK(point(1) != point(2));
}

CATCH_TEST_CASE("the two-mode experts always swing up, on either side, and their mean fails", "[experts]") {
  const auto episodes = play_in("two_modes", expert_of("two_modes", "two_modes"), 1000);
  CATCH_WARN("mean return of two_modes over 1,000 episodes: " << mean_of(episodes));
  CATCH_CHECK(mean_of(episodes) > -315);
  CATCH_CHECK(share_of_successes(episodes) == 1.0);
  CATCH_CHECK(fm::TwoModes({}, 1).metrics(episodes).at("direction_entropy_bits") > 0.99);

  const auto values = std::make_shared<const fm::ValueTable>(fm::optimal_values({}, {}, "", 2));
  const auto mean = play_in(
      "two_modes", [&] { return std::make_unique<MeanOfBoth>(fm::OptimalTorque({}, {}, values)); }, 200);
  CATCH_WARN("mean return of the mean of both: " << mean_of(mean));
  CATCH_CHECK(mean_of(mean) < -1000);
}

CATCH_TEST_CASE("the two-mode experts mirror each other", "[experts]") {
  // The same distance from hanging on either side, in the same episodes.
  const auto policy = expert_of("two_modes", "two_modes")();
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < 40; ++i) ids.push_back(i);
  std::vector<int> rows(40);
  for (int i = 0; i < 40; ++i) rows[static_cast<std::size_t>(i)] = i;
  const auto act = [&](double theta, double omega) {
    policy->reset(40, rows);
    fm::Matrix observations(40, 3);
    for (int i = 0; i < 40; ++i) {
      observations.row(i) << static_cast<float>(std::cos(theta)), static_cast<float>(std::sin(theta)),
          static_cast<float>(omega);
    }
    fm::PolicyOutput output;
    const fm::Matrix goals(40, 0);
    policy->act({observations, goals, ids, std::vector<std::uint32_t>(40, 0)}, output);
    return output.actions;
  };
  const fm::Matrix here = act(3.1, 0.4), there = act(-3.1, -0.4);
  const double most = here.maxCoeff(), least = here.minCoeff();
  CATCH_CHECK(most != least);  // both experts are among them
  for (int i = 0; i < 40; ++i) CATCH_CHECK(-there(i, 0) == static_cast<float>(here(i, 0) == least ? most : least));
  CATCH_CHECK(act(0, 0).cwiseAbs().maxCoeff() < 0.1F);  // at upright nothing is left to do, on either side
  const fm::Matrix falling = act(0.4, 0.5);             // the near side is far cheaper, whichever was drawn
  CATCH_CHECK(falling.maxCoeff() == falling.minCoeff());
}

CATCH_TEST_CASE("a two-mode expert never changes sides in its own episodes", "[experts]") {
  const auto values = std::make_shared<const fm::ValueTable>(fm::optimal_values({}, {}, "", 2));
  const auto playing = [&](double margin) {
    const auto make = [&] {
      return std::make_unique<fm::TwoModesExpert>(fm::OptimalTorque({}, {}, values), margin, 0);
    };
    return play_in("two_modes", make, 200);
  };
  const auto yielding = playing(20), stubborn = playing(INFINITY);
  for (std::size_t i = 0; i < 200; ++i) CATCH_CHECK(yielding[i].actions == stubborn[i].actions);
}

CATCH_TEST_CASE("the target expert holds 99 of 100 targets", "[experts]") {
  const auto episodes = play_in("pendulum_target", expert_of("pendulum_target", "target_lqr"), 1000);
  CATCH_WARN("target_lqr: success " << share_of_successes(episodes) << ", mean return " << mean_of(episodes));
  CATCH_CHECK(share_of_successes(episodes) >= 0.99);
}

CATCH_TEST_CASE("the spin expert reaches 99 of 100 goal rates, after a change of goal", "[experts]") {
  const auto episodes = play_in("pendulum_spin", expert_of("pendulum_spin", "spin_energy"), 1000);
  CATCH_WARN("spin_energy: success " << share_of_successes(episodes) << ", mean return " << mean_of(episodes));
  CATCH_CHECK(share_of_successes(episodes) >= 0.99);
}

CATCH_TEST_CASE("the energy of a rotation gives back its rate", "[experts]") {
  const fm::PendulumOptions p{.max_speed = 12.0};
  for (const double rate : {4.0, -5.5, 8.0}) {
    const double energy = fm::rotation_energy(p, rate), top = std::sqrt(6.0 * (energy - 5.0));
    CATCH_CHECK_THAT(fm::rotation_rate(p, {0.0, top}), WithinRel(std::abs(rate), 1e-9));
  }
}
