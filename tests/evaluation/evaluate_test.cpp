#include "libfm/core/error.hpp"
#include "libfm/evaluation/evaluation.hpp"
#include "libfm/task/experts.hpp"
#include "libfm/train/row_split.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/evaluation/scripted_model.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>

using Catch::Matchers::WithinAbs;

namespace {

fm::EnvOptions brief(const std::string& name = "pendulum") {
  fm::EnvOptions env{.name = name, .pendulum = {.horizon = 20}};
  env.two_modes.pendulum.horizon = 20;
  return env;
}

/// @param expert of the table of experts
fm::EvaluationOptions beside(const std::string& expert, const std::string& env = "pendulum") {
  return {.env = env,
          .env_factory = fm::make_env(brief(env)),
          .make_expert = fm::make_expert({.name = expert}, brief(env), "", 0),
          .episodes = 6,
          .seed = 5};
}

fm::Evaluation evaluate_small(const std::shared_ptr<const fm::PolicyModel>& model,
                              const fm::EvaluationOptions& options) {
  return fm::evaluate(*model, fm::test::libtorch_engine(model), options);
}

std::shared_ptr<fm::PolicyModel> acting_at(double temperature) {
  const auto model = fm::test::small_model(at::kFloat);
  model->set_sampler({.solver = "euler", .steps = 2, .temperature = temperature});
  return model;
}

/// The model as its own expert: it acts from the noise that the evaluation gives the policy.
fm::EvaluationOptions beside_itself(const std::shared_ptr<const fm::PolicyModel>& model) {
  fm::EvaluationOptions options = beside("zero");
  options.make_expert = [model, seed = options.seed] {
    return std::make_unique<fm::ModelPolicy>(model, fm::RandomStream(seed, "evaluation noise"));
  };
  return options;
}

}  // namespace

CATCH_TEST_CASE("beside itself a policy has no gap", "[evaluate]") {
  const auto model = acting_at(1.0);
  const fm::Evaluation e = evaluate_small(model, beside_itself(model));
  CATCH_REQUIRE(e.gap);
  CATCH_CHECK(e.gap->mean == 0.0);
  CATCH_CHECK(e.gap->ci95 == fm::Interval{0.0, 0.0});
  CATCH_CHECK(e.policy->mean == e.expert->mean);
  CATCH_CHECK(e.policy->smoothness == e.expert->smoothness);
  CATCH_CHECK(e.policy->smoothness > 0.0);
  CATCH_CHECK(e.action_error->rmse > 0.01);  // which is taken with noise of its own
}

CATCH_TEST_CASE("without noise a policy errs in no action beside itself", "[evaluate]") {
  const auto model = acting_at(0.0);
  const fm::Evaluation e = evaluate_small(model, beside_itself(model));
  CATCH_CHECK(e.gap->mean == 0.0);
  CATCH_CHECK(e.action_error->rmse < 1e-6);
}

CATCH_TEST_CASE("policy and expert begin at the same states, and the gap is that of their returns", "[evaluate]") {
  const fm::Evaluation e = evaluate_small(acting_at(1.0), beside("zero"));
  CATCH_REQUIRE(e.policy_episodes.size() == 6);
  CATCH_REQUIRE(e.expert_episodes.size() == 6);
  double sum = 0.0, squares = 0.0, rows = 0.0;
  for (std::size_t i = 0; i < 6; ++i) {
    const fm::Episode &policy = e.policy_episodes[i], &expert = e.expert_episodes[i];
    CATCH_CHECK(policy.states.row(0) == expert.states.row(0));
    CATCH_CHECK(policy.actions != expert.actions);
    sum += policy.total_reward() - expert.total_reward();
    squares += expert.actions.cast<double>().squaredNorm();
    rows += static_cast<double>(expert.steps());
  }
  CATCH_CHECK_THAT(e.gap->mean, WithinAbs(sum / 6, 1e-9));
  CATCH_CHECK_THAT(e.gap->mean, WithinAbs(e.policy->mean - e.expert->mean, 1e-9));
  CATCH_CHECK(e.gap->ci95.low < e.gap->mean);
  CATCH_CHECK(e.gap->mean < e.gap->ci95.high);
  CATCH_CHECK(squares == 0.0);
  CATCH_CHECK(rows == 120);
  CATCH_CHECK(e.expert->smoothness == 0.0);
  CATCH_CHECK(e.action_error->rmse <= 2.0);  // to no torque, within the bounds of torques
}

CATCH_TEST_CASE("seed and episodes alone decide an evaluation", "[evaluate]") {
  const auto model = acting_at(1.0);
  fm::EvaluationOptions options = beside("zero");
  const fm::Evaluation first = evaluate_small(model, options), again = evaluate_small(model, options);
  CATCH_CHECK(first.policy->mean == again.policy->mean);
  CATCH_CHECK(first.policy->ci95 == again.policy->ci95);
  CATCH_CHECK(first.policy->metrics == again.policy->metrics);
  CATCH_CHECK(first.gap->ci95 == again.gap->ci95);
  CATCH_CHECK(first.action_error->rmse == again.action_error->rmse);
  for (std::size_t i = 0; i < 6; ++i) CATCH_CHECK(first.policy_episodes[i].actions == again.policy_episodes[i].actions);

  options.episodes = 9;
  const fm::Evaluation longer = evaluate_small(model, options);
  for (std::size_t i = 0; i < 6; ++i) CATCH_CHECK(first.policy_episodes[i].states == longer.policy_episodes[i].states);

  options.seed = 6;
  const fm::Evaluation other = evaluate_small(model, options);
  CATCH_CHECK(other.policy_episodes[0].states.row(0) != first.policy_episodes[0].states.row(0));
  CATCH_CHECK(other.action_error->rmse != longer.action_error->rmse);
}

CATCH_TEST_CASE("the environment's metrics are there of both, the flow's own of the policy", "[evaluate]") {
  fm::EvaluationOptions options = beside("zero", "two_modes");
  options.density.log_probability = true;
  const fm::Evaluation e = evaluate_small(acting_at(1.0), options);
  for (const char* name : {"direction_entropy_bits", "action_jerk"}) {
    CATCH_CHECK(e.policy->metrics.count(name) == 1);
    CATCH_CHECK(e.expert->metrics.count(name) == 1);
  }
  for (const char* name : {"path_straightness", "log_probability"}) {
    CATCH_REQUIRE(e.model_metrics.count(name) == 1);
    CATCH_CHECK(std::isfinite(e.model_metrics.at(name)));
    CATCH_CHECK(e.expert->metrics.count(name) == 0);
  }
}

CATCH_TEST_CASE("metrics are over all episodes, states are of the first ones", "[evaluate]") {
  for (const char* env : {"pendulum", "two_modes"}) {
    fm::EvaluationOptions options = beside("zero", env);
    options.episodes = fm::shown_episodes(options.env_factory.spec) + 10;
    const fm::Evaluation e = evaluate_small(acting_at(1.0), options);
    CATCH_CHECK(e.policy_episodes.front().states.rows() > 0);
    CATCH_CHECK(e.policy_episodes.back().states.rows() == 0);
    for (const auto& [name, value] : e.policy->metrics) CATCH_CHECK(std::isfinite(value));
  }
}

CATCH_TEST_CASE("without an environment the error on held-out states is all there is", "[evaluate]") {
  const auto model = acting_at(0.0);
  fm::EvaluationOptions options;
  const fm::Evaluation nothing = evaluate_small(model, options);  // no state was held out
  CATCH_CHECK_FALSE(nothing.action_error);
  CATCH_CHECK(nothing.episodes == 0);
  CATCH_CHECK(nothing.latency.nfe > 0);
  const auto episodes = fm::rollout(
      fm::make_env(brief()), [&] { return std::make_unique<fm::ModelPolicy>(model, fm::RandomStream(0, "noise")); },
      {.episodes = 2});
  options.recorded = fm::rows_of(episodes);
  const fm::Evaluation exact = evaluate_small(model, options);
  CATCH_CHECK_FALSE(exact.policy);
  CATCH_CHECK_FALSE(exact.expert);
  CATCH_CHECK_FALSE(exact.gap);
  CATCH_CHECK(exact.policy_episodes.empty());
  CATCH_CHECK(exact.action_error->rmse < 1e-6);
  // Actions within the bounds, moved by a known amount beyond them.
  options.recorded.actions.array() += 10.0F;
  CATCH_CHECK_THAT(evaluate_small(model, options).action_error->rmse, WithinAbs(10.0, 1e-5));
}

CATCH_TEST_CASE("actions that are not numbers are refused", "[evaluate]") {
  const auto model = acting_at(1.0);
  {
    const at::NoGradGuard no_grad;
    model->parameters().back().fill_(std::numeric_limits<double>::quiet_NaN());
  }
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { evaluate_small(model, beside("zero")); }), "not finite"));
}

CATCH_TEST_CASE("without an expert the policy is evaluated on its own and beside recorded returns", "[evaluate]") {
  const auto model = acting_at(0.0);
  fm::EvaluationOptions options = beside("zero");
  options.make_expert = {};
  options.demonstrations = {-1.0, -3.0};
  const fm::Evaluation alone = evaluate_small(model, options);
  CATCH_CHECK((alone.expert_episodes.empty() && !alone.expert && !alone.gap));
  CATCH_CHECK(alone.policy->mean == evaluate_small(model, beside("zero")).policy->mean);
  CATCH_CHECK_FALSE(alone.action_error);  // there are no recorded states
  CATCH_REQUIRE(alone.demonstrator);
  CATCH_CHECK(alone.demonstrator->mean == -2.0);
  CATCH_CHECK_THAT(alone.demonstrator->gap.mean, WithinAbs(alone.policy->mean + 2.0, 1e-12));
  const double half = (alone.demonstrator->gap.ci95.high - alone.demonstrator->gap.ci95.low) / 2;
  const double variance = std::pow(alone.policy->standard_deviation, 2) / 6 + 2.0 / 2;
  CATCH_CHECK_THAT(half, WithinAbs(1.96 * std::sqrt(variance), 1e-9));
}

CATCH_TEST_CASE("recorded states are compared with what the policy was trained on", "[evaluate]") {
  const auto model = acting_at(0.0);
  fm::EvaluationOptions options = beside("zero");
  std::vector<fm::Episode> episodes = evaluate_small(model, options).policy_episodes;  // the policy's own actions
  options.make_expert = {};
  options.recorded = fm::rows_of(std::span(episodes).first(4));
  options.training = fm::rows_of(std::span(episodes).last(2));
  const fm::Evaluation e = evaluate_small(model, options);
  CATCH_CHECK(e.action_error->rmse < 1e-6);
  CATCH_REQUIRE(e.references);
  CATCH_CHECK(e.references->mean_action.rmse > 0.0);
  CATCH_REQUIRE(e.energy_distance);
  CATCH_CHECK(std::abs(*e.energy_distance) < 1e-6);
  CATCH_REQUIRE(e.predicted.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CATCH_CHECK(e.predicted[i].recorded == episodes[i].actions);
    CATCH_REQUIRE(e.predicted[i].sampled.size() == 16);
    CATCH_CHECK((e.predicted[i].sampled[15] - episodes[i].actions).cwiseAbs().maxCoeff() < 1e-6);
  }
}
