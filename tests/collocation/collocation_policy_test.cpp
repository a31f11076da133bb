#include "libfm/collocation/collocation_policy.hpp"

#include "libfm/collocation/swing_up_model.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/task/experts.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#ifndef __SANITIZE_ADDRESS__  // CasADi loads IPOPT in a way that the sanitizer refuses

namespace {

std::vector<fm::Episode> play(const fm::EnvOptions& env, const fm::ExpertOptions& expert, int episodes,
                              std::int64_t block = 192) {
  return fm::rollout(fm::make_env(env), fm::make_expert(expert, env, "", 0),
                     {.episodes = episodes, .initial = fm::RandomStream(123, "rollout"), .block = block});
}

int successes(const std::vector<fm::Episode>& episodes) {
  return static_cast<int>(std::ranges::count_if(episodes, [](const fm::Episode& e) { return e.success; }));
}

}  // namespace

CATCH_TEST_CASE("a trajectory keeps to the equations of motion and the bounds, and ends upright at rest",
                "[collocation]") {
  const fm::SwingUpModel model = fm::cart_pole_model();
  fm::SwingUpPlanner planner({}, fm::cart_pole_model, 0.01);
  const Eigen::Vector4d start(0.2, 3.0, 0.0, 0.1);
  const fm::SwingUpTrajectory plan = planner.plan(start, fm::RandomStream(1, "guesses").at(0));
  CATCH_REQUIRE(plan.reaches_goal);
  CATCH_CHECK((plan.states.col(0) - start).norm() < 1e-6);
  CATCH_CHECK(planner.distance(plan.states.rightCols(1), planner.goal()) < 1e-6);
  CATCH_CHECK(plan.controls.cwiseAbs().maxCoeff() <= 1.0 + 1e-6);
  CATCH_CHECK(plan.states.row(0).cwiseAbs().maxCoeff() <= 1.8);
  CATCH_CHECK(plan.controls[plan.controls.size() - 1] == 0.0);
  // Each step is one of the equations of motion, integrated with the held control by the midpoint method in small pieces.
  double sum = 0.0;
  for (Eigen::Index k = 0; k + 1 < plan.states.cols(); ++k) {
    casadi::DM x = std::vector<double>(plan.states.col(k).begin(), plan.states.col(k).end());
    constexpr int pieces = 4;
    for (int i = 0; i < pieces; ++i) {
      const auto slope = [&](const casadi::DM& at) {
        return model.derivative(std::vector<casadi::DM>{at, plan.controls[k]})[0];
      };
      x += 0.01 / pieces * slope(x + 0.005 / pieces * slope(x));
    }
    const std::vector<double> next = x.get_elements();
    const double error = (Eigen::Map<const Eigen::Vector4d>(next.data()) - plan.states.col(k + 1)).norm();
    if (k + 2 == plan.states.cols()) break;  // the last step may be longer than what is left
    CATCH_CHECK(error < 1e-2);               // where the control changes within a step
    sum += error;
  }
  CATCH_CHECK(sum / static_cast<double>(plan.states.cols()) < 1e-3);
}

CATCH_TEST_CASE("on the pendulum the cost is within 3 % of the optimum", "[collocation]") {
  const double best = fm::mean(fm::returns_of(play({}, {.name = "optimal"}, 20)));
  const auto episodes = play({}, {.name = "collocation", .collocation = {.tried = 24, .solutions = 8}}, 20);
  CATCH_INFO(fm::mean(fm::returns_of(episodes)) << ", optimal " << best);
  CATCH_CHECK(successes(episodes) == 20);
  CATCH_CHECK(fm::mean(fm::returns_of(episodes)) > 1.03 * best);  // returns are negative
}

CATCH_TEST_CASE("the cart-pole and the acrobot are swung up and held, with the same actions alone or in a block",
                "[collocation]") {
  fm::EnvOptions env;
  env.name = "cart_pole_swing_up";
  const auto one = play(env, {.name = "collocation"}, 4), two = play(env, {.name = "collocation"}, 4, 1);
  CATCH_CHECK(successes(one) == 4);
  for (std::size_t i = 0; i < 4; ++i) CATCH_CHECK(one[i].actions == two[i].actions);
  env.name = "acrobot";
  CATCH_CHECK(successes(play(env, {.name = "collocation"}, 1)) == 1);
}

CATCH_TEST_CASE("planners are made and used in several threads at once", "[collocation]") {
  const fm::CollocationOptions small{.intervals = 20, .guesses = 4, .tried = 1, .iterations = 20};
  std::vector<std::thread> threads;
  std::atomic<int> finite = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    threads.emplace_back([&small, &finite, i] {
      for (std::uint64_t k = 0; k < 3; ++k) {
        fm::SwingUpPlanner planner(small, fm::cart_pole_model, 0.01);
        const Eigen::Vector4d hanging(0.0, 3.1, 0.0, 0.0);
        finite += planner.plan(hanging, fm::RandomStream(i, "guesses").at(k)).states.allFinite() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CATCH_CHECK(finite == 12);
}

CATCH_TEST_CASE("collocation refuses an environment whose equations it does not know", "[collocation]") {
  fm::EnvOptions env;
  env.name = "hopper";
  CATCH_CHECK_THROWS_WITH(fm::make_expert({.name = "collocation"}, env, "", 0),
                          Catch::Matchers::Contains("cart_pole_swing_up"));
  CATCH_CHECK_THROWS_WITH(fm::make_expert({.name = "collocation", .collocation = {.longest = 0.4}}, {}, "", 0),
                          Catch::Matchers::Contains("expert.collocation.longest"));
}

#endif
