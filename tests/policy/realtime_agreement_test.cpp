// The realtime engine against LibTorch: the same weights, the same noise, the same actions.

#include "libfm/flow_math/butcher_tableau.hpp"
#include "libfm/flow_math/noise.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include "tests/catch.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <ATen/ops/from_blob.h>

#include <functional>
#include <numeric>

namespace {

constexpr int agreeing_rows = 6;

/// LibTorch's model in float64, so that differences are the engine's rounding.
std::shared_ptr<const fm::PolicyModel> libtorch_model(const fm::SafeTensors& content) {
  auto model = fm::make_policy_model(fm::description_from_metadata(content.metadata, "small"), {0, "init"});
  fm::load_weights(content, "weights.", *model, "small");
  model->to(at::kDouble);
  model->eval();
  return model;
}

/// The largest difference between the actions that both take in a few steps, relative to the largest action where that
/// is above 1: drawn weights and short paths make actions of hundreds.
double disagreement(const fm::PolicyDescription& d) {
  const fm::SafeTensors content = fm::test::small_checkpoint(d);
  const fm::RandomStream noise(3, "noise");
  fm::ModelPolicy reference(libtorch_model(content), noise);
  fm::RealtimePolicy engine(std::make_shared<fm::RealtimeModel>(content, "small"), noise);
  std::vector<int> ids(agreeing_rows);
  std::iota(ids.begin(), ids.end(), 0);
  const std::vector<std::uint64_t> episodes(ids.begin(), ids.end());
  reference.reset(agreeing_rows, ids);
  engine.reset(agreeing_rows, ids);
  fm::Draws draws = fm::RandomStream(4, "states").at(0);
  const auto drawn = [&](std::size_t columns) {
    return fm::Matrix::NullaryExpr(agreeing_rows, static_cast<Eigen::Index>(columns),
                                   [&] { return static_cast<float>(draws.normal()); });
  };
  double most = 0.0;
  for (std::uint32_t step = 0; step < 6; ++step) {
    const fm::Matrix observations = drawn(d.spec.observations.size()), goals = drawn(d.spec.goals.size());
    const std::vector<std::uint32_t> steps(agreeing_rows, step);
    fm::PolicyOutput expected, actual;
    reference.act({observations, goals, episodes, steps}, expected);
    engine.act({observations, goals, episodes, steps}, actual);
    const double scale = std::max(1.0, expected.actions.cwiseAbs().maxCoeff());
    most = std::max<double>(most, (expected.actions - actual.actions).cwiseAbs().maxCoeff() / scale);
  }
  return most;
}

/// Wide bounds, since clipping would hide differences.
fm::PolicyDescription unbounded(const std::string& env) {
  fm::PolicyDescription d = fm::test::small_policy(env);
  for (fm::Dimension& action : d.spec.actions) action.low = -1e6, action.high = 1e6;
  return d;
}

using Change = std::function<void(fm::PolicyDescription&)>;

/// Both networks, the residual one in both kinds, with and without a goal.
void check_agreement(const std::string& what, const Change& change, double tolerance = 1e-5,
                     const std::vector<const char*>& envs = {"pendulum", "pendulum_target"}) {
  for (const char* network : {"mlp", "film", "adaln"}) {
    for (const char* env : envs) {
      fm::PolicyDescription d = unbounded(env);
      if (network != std::string("mlp")) {
        d.network.name = "residual_mlp";
        d.network.residual_mlp.conditioning = network;
      }
      change(d);
      CATCH_INFO(what << ", " << network << ", " << env);
      CATCH_CHECK(disagreement(d) < tolerance);
    }
  }
}

}  // namespace

CATCH_TEST_CASE("the engine agrees with LibTorch for every fixed-step solver and grid", "[realtime_agreement]") {
  for (const std::string& solver : fm::solver_names()) {
    if (fm::find_solver(solver).adapts()) continue;
    check_agreement(solver, [&](auto& d) { d.sampler.solver = solver; });
  }
  for (const std::string& grid : fm::grid_names()) {
    check_agreement(grid, [&](auto& d) { d.sampler.grid = grid; });
  }
}

CATCH_TEST_CASE("the engine agrees with LibTorch for the stochastic solver", "[realtime_agreement]") {
  for (const double amount : {0.0, 0.6}) {
    for (const std::string& target : fm::target_names()) {
      check_agreement(fmt::format("{} of noise, {}", amount, target), [&](auto& d) {
        d.sampler.solver = fm::euler_maruyama;
        d.sampler.euler_maruyama.noise = amount;
        d.sampler.action_noise = 0.2;
        d.policy.flow.target = target;
        d.policy.horizon.prediction = 2;
      });
    }
  }
}

CATCH_TEST_CASE("the engine agrees with LibTorch for every path and target", "[realtime_agreement]") {
  for (const std::string& path : fm::path_names()) {
    for (const std::string& target : fm::target_names()) {
      check_agreement(path + ", " + target, [&](auto& d) {
        d.policy.flow.path.name = path;
        d.policy.flow.target = target;
        d.sampler.temperature = 0.7;
      });
    }
  }
}

CATCH_TEST_CASE("the engine agrees with LibTorch for every supported policy", "[realtime_agreement]") {
  for (const char* policy : {"flow", "reflow", "score", "mean_flow", "shortcut", "one_step", "mse", "mip"}) {
    check_agreement(policy, [&](auto& d) { d.policy.name = policy; });
  }
}

CATCH_TEST_CASE("the engine agrees with LibTorch under guidance", "[realtime_agreement]") {
  for (const char* null_goal : {"learned", "separate"}) {
    for (const double guidance : {0.0, 0.5, 3.0}) {
      const auto change = [&](auto& d) {
        d.policy.flow.null_goal = null_goal;
        d.sampler.guidance = guidance;
      };
      check_agreement(null_goal, change, 1e-5, {"pendulum_target"});
    }
  }
}

CATCH_TEST_CASE("the engine agrees with LibTorch with history and chunks", "[realtime_agreement]") {
  check_agreement("history", [](auto& d) { d.policy.horizon.observations = 3; });
  check_agreement("hidden", [](auto& d) { d.policy.hidden = {"omega"}, d.policy.horizon.observations = 2; });
  check_agreement("hidden goal", [](auto& d) { d.policy.hidden = {d.spec.goals[0].name}; }, 1e-5, {"pendulum_target"});
  check_agreement("chunk", [](auto& d) { d.policy.horizon.prediction = 4, d.sampler.executed = 2; });
  check_agreement("warm start", [](auto& d) {
    d.policy.horizon.prediction = 4;
    d.sampler.warm_start = 0.3;
    d.sampler.solver = "midpoint";
  });
  check_agreement("ensemble", [](auto& d) { d.policy.horizon.prediction = 5, d.sampler.ensemble = 0.4; });
  check_agreement("delay", [](auto& d) { d.policy.horizon.prediction = 4, d.sampler.executed = d.sampler.delay = 2; });
  check_agreement("rate limit", [](auto& d) { d.sampler.rate_limit = {5.0}; });
  for (const char* solver : {"euler", "midpoint"}) {
    for (const char* path : {"linear", "variance_preserving"}) {
      check_agreement("given actions", [&](auto& d) {
        d.policy.horizon = {.prediction = 5, .largest_delay = 3};
        d.policy.flow.path.name = path;
        d.sampler.solver = solver;
        d.sampler.executed = d.sampler.delay = 2;
        d.sampler.prefix = "trained";
      });
    }
  }
  check_agreement("no actions given", [](auto& d) { d.policy.horizon = {.prediction = 4, .largest_delay = 3}; });
  check_agreement("relative actions", [](auto& d) {
    d.policy.relative = {{{"torque", "cos_theta"}}};
    d.policy.horizon = {.observations = 2, .prediction = 4};
    d.sampler.executed = 2;
    d.sampler.warm_start = 0.5;
    d.sampler.ensemble = 0.4;
  });
  check_agreement("action noise", [](auto& d) { d.policy.horizon.prediction = 2, d.sampler.action_noise = 0.3; });
  check_agreement("no time", [](auto& d) { d.network.time_embedding = 0; });
  check_agreement("one hidden layer", [](auto& d) { d.network.mlp.hidden = {12}; });
}
