#include "libfm/expert/predictive_sampling.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/task/experts.hpp"
#include "tests/catch.hpp"

namespace {

std::vector<fm::Episode> play(const fm::PredictiveSamplingOptions& options, int episodes) {
  const fm::EnvOptions env;
  const auto expert = fm::make_expert({.name = "predictive_sampling", .predictive_sampling = options}, env, "", 0);
  return fm::rollout(fm::make_env(env), expert, {.episodes = episodes, .initial = fm::RandomStream(123, "rollout")});
}

double mean_return(const std::vector<fm::Episode>& episodes) { return fm::mean(fm::returns_of(episodes)); }

}  // namespace

CATCH_TEST_CASE("predictive sampling swings the pendulum up, at a cost near the optimum", "[predictive_sampling]") {
  const fm::EnvOptions env;
  const auto optimal =
      fm::make_expert({.name = "optimal", .optimal = {.resolution = 150, .torque_levels = 16}}, env, "", 0);
  const double best = mean_return(
      fm::rollout(fm::make_env(env), optimal, {.episodes = 20, .initial = fm::RandomStream(123, "rollout")}));
  const auto episodes = play({.noise = 1.0}, 20);
  CATCH_INFO(mean_return(episodes) << ", optimal " << best);
  for (const fm::Episode& episode : episodes) CATCH_CHECK(episode.success);
  CATCH_CHECK(mean_return(episodes) > 1.25 * best);  // returns are negative
}

CATCH_TEST_CASE("at a low temperature the average of all samples is the best one", "[predictive_sampling]") {
  const auto best = play({.samples = 16, .horizon = 0.5}, 2),
             cold = play({.samples = 16, .horizon = 0.5, .temperature = 1e-9}, 2);
  const auto warm = play({.samples = 16, .horizon = 0.5, .temperature = 0.5}, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CATCH_CHECK((cold[i].actions - best[i].actions).cwiseAbs().maxCoeff() < 1e-9);
    CATCH_CHECK(warm[i].actions.row(0) != best[i].actions.row(0));
  }
}

CATCH_TEST_CASE("a plan that looks one step ahead finds the best of its samples", "[predictive_sampling]") {
  // The reward of a single step is -(angle^2 + ... + 0.001 u^2), of the state before it: no torque is best.
  const auto episodes = play({.samples = 256, .horizon = 0.05, .knots = 2, .noise = 0.5}, 2);
  for (const fm::Episode& episode : episodes) CATCH_CHECK(episode.actions.cwiseAbs().maxCoeff() < 0.02);
}

CATCH_TEST_CASE("a plan is kept, shifted, between planning steps", "[predictive_sampling]") {
  const auto often = play({.samples = 32, .horizon = 1.0, .plan_every = 1}, 2);
  const auto seldom = play({.samples = 32, .horizon = 1.0, .plan_every = 4}, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CATCH_CHECK(often[i].actions.row(0) == seldom[i].actions.row(0));
    CATCH_CHECK(often[i].actions.row(3) != seldom[i].actions.row(3));
  }
}

CATCH_TEST_CASE("predictive sampling refuses an environment without states or bounded actions",
                "[predictive_sampling]") {
  fm::EnvOptions env;
  env.name = "toy_2d";
  CATCH_CHECK_THROWS_AS(fm::make_expert({.name = "predictive_sampling"}, env, "", 0), fm::InputError);
}
