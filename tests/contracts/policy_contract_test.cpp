// Requirements on every policy. Every row of the table of experts is tested.

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/realtime/realtime_policy.hpp"
#include "libfm/task/experts.hpp"
#include "tests/catch.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <algorithm>
#include <numeric>

using fm::Matrix;
using fm::Policy;

namespace {

struct Case {
  std::string name;
  fm::EnvFactory env;
  fm::PolicyFactory make;
  bool plans = false;  ///< simulates the future at every step, so that its tests have fewer rows
};

/// The realtime engine with a stateful policy: it keeps observations, and predictions that warm-start the next, or that
/// the next continues after a delay.
Case realtime_case(const std::string& env, const std::string& network, bool delayed) {
  fm::PolicyDescription d = fm::test::small_policy(env);
  d.network.name = network;
  d.policy.horizon = {.observations = 2, .prediction = 3};
  d.sampler.executed = 2;
  if (delayed) {
    d.policy.horizon.largest_delay = 1;
    d.sampler.delay = 1;
    d.sampler.prefix = "trained";
    d.sampler.rate_limit = {30.0};
  } else {
    d.sampler.warm_start = 0.5;
  }
  const auto model = std::make_shared<const fm::RealtimeModel>(fm::test::small_checkpoint(d), "small");
  fm::EnvOptions options;
  options.name = env;
  return {"realtime " + network + (delayed ? " with a delay" : "") + " in " + env, fm::make_env(options),
          [model] { return std::make_unique<fm::RealtimePolicy>(model, fm::RandomStream(1, "noise")); }};
}

/// Gymnasium's need a Python that has it; of the robots one is enough for experts that act anywhere.
constexpr const char* left_out[] = {"gymnasium",   "walker2d",          "half_cheetah",   "ant", "humanoid", "acrobot",
                                    "dm_humanoid", "humanoid_velocity", "humanoid_motion"};

/// Every expert in every environment that it acts in, and the realtime engine.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> made;
    constexpr fm::OptimalOptions coarse{.resolution = 30, .torque_levels = 4};
    for (const std::string& name : fm::expert_names()) {
      if (name == fm::trained_policy || name == fm::no_expert) continue;  // an engine, as below; none acts
#ifdef __SANITIZE_ADDRESS__
      if (name == "collocation") continue;  // CasADi loads IPOPT in a way that the sanitizer refuses
#endif
      const std::size_t before = made.size();
      for (const std::string& env : fm::env_names()) {
        if (std::ranges::count(left_out, env) > 0) continue;
        fm::EnvOptions options;
        options.name = env;
        try {
          made.push_back(
              {name + " in " + env, fm::make_env(options),
               fm::make_expert(
                   {.name = name,
                    .optimal = coarse,
                    .two_modes = {.optimal = coarse},
                    .predictive_sampling = {.samples = 3, .horizon = 0.05},
                    .ilqr = {.horizon = 0.05, .iterations = 1, .first_iterations = 2, .candidates = 2},
                    .collocation = {.intervals = 5, .longest = 0.5, .guesses = 2, .tried = 1, .iterations = 2}},
                   options, "", 0),
               name == "predictive_sampling" || name == "ilqr" || name == "collocation"});
        } catch (const fm::InputError&) {  // an expert for another environment
        }
      }
      CATCH_CHECK(made.size() > before);
    }
    for (const char* env : {"pendulum", "pendulum_target"}) {
      for (const char* network : {"mlp", "residual_mlp"}) {
        for (const bool delayed : {false, true}) made.push_back(realtime_case(env, network, delayed));
      }
    }
    return made;
  }();
  return all;
}

/// Inputs of a policy over T steps of N rows, from states within bounds.
struct Script {
  std::vector<Matrix> observations;
  std::vector<Matrix> goals;
  std::vector<Matrix> states;
  std::vector<std::uint64_t> episodes;

  Script(const fm::EnvFactory& factory, int rows, int steps) : episodes(rows) {
    std::iota(episodes.begin(), episodes.end(), 40);
    const auto env = factory.make(rows);
    const fm::RandomStream stream(3, "script");
    for (int t = 0; t < steps; ++t) {
      for (int i = 0; i < rows; ++i) {
        env->reset(std::vector{i}, std::vector{static_cast<std::uint64_t>(1000 * i + t)}, stream);
      }
      observations.push_back(env->observations());
      goals.push_back(env->goals());
      states.push_back(env->states());
    }
  }

  /// The actions (1, A) of step t for the rows in `order`, in that order.
  Matrix act(Policy& policy, int t, const std::vector<int>& order) const {
    Matrix seen(order.size(), observations[t].cols()), wanted(order.size(), goals[t].cols());
    Matrix known(order.size(), states[t].cols());
    std::vector<std::uint64_t> ids;
    for (std::size_t i = 0; i < order.size(); ++i) {
      seen.row(i) = observations[t].row(order[i]);
      wanted.row(i) = goals[t].row(order[i]);
      known.row(i) = states[t].row(order[i]);
      ids.push_back(episodes[order[i]]);
    }
    const std::vector<std::uint32_t> steps(order.size(), static_cast<std::uint32_t>(t));
    fm::PolicyOutput output;
    output.extras.setZero(std::ssize(order), std::ssize(policy.extras()));
    policy.act({seen, wanted, ids, steps, {}, &known}, output);
    CATCH_REQUIRE(output.actions.rows() == std::ssize(order));
    return output.actions;
  }
};

std::vector<int> first(int n) {
  std::vector<int> rows(n);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

}  // namespace

CATCH_TEST_CASE("every policy acts within the environment's bounds", "[contract]") {
  for (const Case& c : cases()) {
    CATCH_INFO(c.name);
    const int rows = c.plans ? 5 : 50;
    const Script script(c.env, rows, 20);
    const auto bounds = c.env.spec.actions;
    const auto policy = c.make();
    policy->reset(rows, first(rows));
    for (int t = 0; t < 20; ++t) {
      const Matrix actions = script.act(*policy, t, first(rows));
      CATCH_REQUIRE(actions.cols() == std::ssize(bounds));
      for (std::size_t j = 0; j < bounds.size(); ++j) {
        CATCH_REQUIRE(actions.col(j).minCoeff() >= static_cast<float>(bounds[j].low));
        CATCH_REQUIRE(actions.col(j).maxCoeff() <= static_cast<float>(bounds[j].high));
      }
    }
  }
}

CATCH_TEST_CASE("every policy's rows are independent", "[contract]") {
  for (const Case& c : cases()) {
    CATCH_INFO(c.name);
    const Script script(c.env, 4, 30);
    const auto together = c.make(), turned = c.make(), alone = c.make();
    together->reset(4, first(4));
    turned->reset(4, first(4));
    alone->reset(1, first(1));
    for (int t = 0; t < 30; ++t) {
      const Matrix straight = script.act(*together, t, {0, 1, 2, 3});
      const Matrix other = script.act(*turned, t, {2, 3, 0, 1});
      CATCH_REQUIRE(straight.topRows(2) == other.bottomRows(2));
      CATCH_REQUIRE(straight.bottomRows(2) == other.topRows(2));
      CATCH_REQUIRE(script.act(*alone, t, {2}) == straight.row(2));
    }
  }
}

CATCH_TEST_CASE("every policy clears the memory of exactly the rows that are reset", "[contract]") {
  constexpr int before = 3, after = 3;
  for (const Case& c : cases()) {
    CATCH_INFO(c.name);
    const int rows = c.plans ? 10 : 2000;  // many: memory may matter in few states only; a plan matters in all
    std::vector<int> odd;
    for (int i = 1; i < rows; i += 2) odd.push_back(i);
    const Script script(c.env, rows, before + after);
    const auto used = c.make(), kept = c.make(), fresh = c.make();
    used->reset(rows, first(rows));
    kept->reset(rows, first(rows));
    for (int t = 0; t < before; ++t) {
      script.act(*used, t, first(rows));
      script.act(*kept, t, first(rows));
    }
    used->reset(rows, odd);
    fresh->reset(rows, first(rows));
    for (int t = before; t < before + after; ++t) {
      const Matrix actions = script.act(*used, t, first(rows)), unreset = script.act(*kept, t, first(rows));
      const Matrix begun = script.act(*fresh, t, first(rows));
      for (int i = 0; i < rows; ++i) CATCH_REQUIRE(actions.row(i) == (i % 2 == 1 ? begun : unreset).row(i));
    }
  }
}

CATCH_TEST_CASE("every policy's episodes are the same for any blocks and threads", "[contract]") {
  const int threads = fm::threads();
  for (const Case& c : cases()) {
    CATCH_INFO(c.name);
    fm::set_threads(1);
    const auto one = fm::rollout(c.env, c.make, {.episodes = 8, .action_noise = 0.5, .block = 8});
    fm::set_threads(3);
    const auto more = fm::rollout(c.env, c.make, {.episodes = 8, .action_noise = 0.5, .block = 3});
    for (std::size_t i = 0; i < 8; ++i) {
      CATCH_CHECK(one[i].actions == more[i].actions);
      CATCH_CHECK(one[i].states == more[i].states);
      CATCH_CHECK(one[i].extras == more[i].extras);
    }
  }
  fm::set_threads(threads);
}
