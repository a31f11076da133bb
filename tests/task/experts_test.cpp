#include "libfm/task/experts.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/fields.hpp"
#include "libfm/env/rollout.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace {

std::vector<fm::Episode> play(const char* name, int episodes) {
  const fm::EnvOptions env;
  return fm::rollout(fm::make_env(env), fm::make_expert({.name = name}, env, "", 0),
                     {.episodes = episodes, .initial = fm::RandomStream(123, "rollout")});
}

double mean_return(const std::vector<fm::Episode>& episodes) {
  double sum = 0.0;
  for (const fm::Episode& e : episodes) sum += e.total_reward();
  return sum / static_cast<double>(episodes.size());
}

bool all_balanced(const std::vector<fm::Episode>& episodes) {
  return std::all_of(episodes.begin(), episodes.end(), [](const fm::Episode& e) { return e.success; });
}

std::string refusal(const fm::ExpertOptions& options, const fm::EnvOptions& env) {
  try {
    fm::make_expert(options, env, "", 0);
  } catch (const fm::InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

CATCH_TEST_CASE("energy swing-up and regulator balance every one of 20,000 starts, at -152 or better", "[experts]") {
  const auto episodes = play("swing_up_lqr", 20000);
  const double mean = mean_return(episodes);
  CATCH_WARN("mean return of swing_up_lqr over 20,000 episodes: " << mean);
  CATCH_CHECK(mean >= -152.0);
  CATCH_CHECK(all_balanced(episodes));
}

CATCH_TEST_CASE("the optimal controller balances every one of 20,000 starts, at -138.5 or better", "[experts]") {
  const auto episodes = play("optimal", 20000);
  const double mean = mean_return(episodes);
  CATCH_WARN("mean return of optimal over 20,000 episodes: " << mean);
  CATCH_CHECK(mean >= -138.5);
  CATCH_CHECK(all_balanced(episodes));
}

CATCH_TEST_CASE("from the same starts the optimal controller beats the swing-up, and the swing-up beats doing nothing",
                "[experts]") {
  const auto optimal = play("optimal", 200), swing_up = play("swing_up_lqr", 200), zero = play("zero", 200);
  double worst = 0.0;
  for (std::size_t i = 0; i < 200; ++i) {
    CATCH_REQUIRE(optimal[i].states.row(0) == zero[i].states.row(0));
    worst = std::min(worst, optimal[i].total_reward() - swing_up[i].total_reward());
  }
  // Optimal: nowhere worse, up to the error of the grid.
  CATCH_CHECK(worst > -2.0);
  CATCH_CHECK(mean_return(optimal) > mean_return(swing_up) + 5.0);
  CATCH_CHECK(mean_return(swing_up) > mean_return(zero) + 900.0);
}

CATCH_TEST_CASE("zero and random torques have the expected returns", "[experts]") {
  // -1215 and -1229, with standard deviations of about 300, by an independent simulation.
  CATCH_CHECK(std::abs(mean_return(play("zero", 2000)) + 1215.0) < 35.0);
  const auto random = play("random", 2000);
  CATCH_CHECK(std::abs(mean_return(random) + 1229.0) < 35.0);
  double sum = 0.0, squares = 0.0;
  for (const fm::Episode& e : random) {
    sum += e.actions.cast<double>().sum();
    squares += e.actions.cast<double>().squaredNorm();
  }
  const double n = 2000.0 * 200.0;
  CATCH_CHECK(std::abs(sum / n) < 5.0 * std::sqrt(4.0 / 3.0 / n));
  CATCH_CHECK(std::abs(squares / n - 4.0 / 3.0) < 5.0 * std::sqrt(16.0 * 4.0 / 45.0 / n));
}

CATCH_TEST_CASE("an expert for another environment is refused, naming the key", "[experts]") {
  CATCH_CHECK(refusal({.name = "optimum"}, {}).find("expert.name") != std::string::npos);
  CATCH_CHECK(refusal({.name = "zero"}, {.name = fm::no_env, .pendulum = {}}).find("env.name") != std::string::npos);
  CATCH_CHECK(refusal({.name = "optimal"}, {.name = "other", .pendulum = {}}).find("pendulum") != std::string::npos);
  CATCH_CHECK(refusal({.name = "swing_up_lqr", .swing_up_lqr = {.catch_angle = 1.0, .release_angle = 0.5}}, {})
                  .find("expert.swing_up_lqr.release_angle") != std::string::npos);
}
