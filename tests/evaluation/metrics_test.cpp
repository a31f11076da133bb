#include "libfm/core/error.hpp"
#include "libfm/evaluation/action_error.hpp"
#include "libfm/evaluation/evaluation.hpp"
#include "libfm/evaluation/model_metrics.hpp"

#include "tests/catch.hpp"
#include "tests/evaluation/scripted_model.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

using Catch::Matchers::WithinAbs;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

fm::Episode acting(const std::vector<std::vector<float>>& actions, double reward = 0.0, bool success = false) {
  fm::Episode e;
  e.actions = fm::Matrix(static_cast<Eigen::Index>(actions.size()), static_cast<Eigen::Index>(actions[0].size()));
  for (Eigen::Index i = 0; i < e.actions.rows(); ++i) {
    for (Eigen::Index j = 0; j < e.actions.cols(); ++j) e.actions(i, j) = actions[i][j];
  }
  e.rewards.assign(actions.size(), reward);
  e.success = success;
  return e;
}

/// Episodes of the given lengths, one below another; row k sees (sin k, 0, 0) and acts cos k.
fm::Rows waves(const std::vector<int>& lengths) {
  fm::Rows rows;
  for (const int length : lengths) {
    const std::int64_t begin = std::ssize(rows.begin);
    rows.begin.insert(rows.begin.end(), static_cast<std::size_t>(length), begin);
    rows.end.insert(rows.end.end(), static_cast<std::size_t>(length), begin + length);
  }
  const auto count = static_cast<Eigen::Index>(rows.begin.size());
  rows.observations = fm::Matrix::Zero(count, 3);
  rows.goals = fm::Matrix(count, 0);
  rows.actions = fm::Matrix(count, 1);
  for (Eigen::Index k = 0; k < count; ++k) {
    rows.observations(k, 0) = std::sin(static_cast<float>(k));
    rows.actions(k, 0) = std::cos(static_cast<float>(k));
  }
  return rows;
}

fm::PolicyDescription in_chunks(fm::HorizonOptions horizon, double highest) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon = horizon;
  d.spec.actions[0].low = -highest;
  d.spec.actions[0].high = highest;
  d.observations = {{0.5, 0, 0}, {0.8, 1, 1}};
  d.actions = {{0.2}, {1.5}};
  return d;
}

double scripted_rmse(const fm::PolicyDescription& d, double noise, const fm::Rows& rows) {
  const auto model = std::make_shared<fm::test::ScriptedModel>(d, noise);
  return fm::action_error(fm::test::libtorch_engine(model), rows, {3, "noise"}).rmse;
}

/// The same by its definition, without windows, batches and tensors.
double rmse_by_hand(const fm::PolicyDescription& d, const fm::Rows& rows) {
  const std::int64_t history = d.policy.horizon.observations, horizon = d.policy.horizon.prediction;
  double sum = 0.0;
  for (std::int64_t k = 0; k < rows.size(); ++k) {
    const auto of = static_cast<std::size_t>(k);
    const auto seen = [&](std::int64_t row) {
      return (static_cast<double>(rows.observations(std::max(row, rows.begin[of]), 0)) - 0.5) / 0.8;
    };
    for (std::int64_t j = 0; j < horizon; ++j) {
      const double normalised = seen(k) - 0.5 * seen(k - history + 1) + 0.1 * static_cast<double>(j);
      const double reference = d.policy.relative.value.empty() ? 0.0 : rows.observations(k, 0);
      const double action =
          std::clamp(0.2 + 1.5 * normalised + reference, d.spec.actions[0].low, d.spec.actions[0].high);
      const double wanted = rows.actions(std::min(k + j, rows.end[of] - 1), 0);
      sum += (action - wanted) * (action - wanted);
    }
  }
  return std::sqrt(sum / static_cast<double>(rows.size() * horizon));
}

/// A flow whose velocity is the same number everywhere: actions are noise and that number.
std::shared_ptr<fm::PolicyModel> shifting(fm::PolicyDescription d, double velocity) {
  d.sampler = {.solver = "euler", .steps = 4};
  const auto model = fm::make_policy_model(d, {0, "init"});
  const at::NoGradGuard no_grad;
  for (const at::Tensor& parameter : model->parameters()) parameter.zero_();
  model->parameters().back().fill_(velocity);
  return model;
}

}  // namespace

CATCH_TEST_CASE("smoothness and jerk are the mean absolute first and second differences", "[metrics]") {
  // Differences 1, 3, 5 and 0, -2, 0; second differences 2, 2 and -2, 2.
  const std::vector<fm::Episode> one = {acting({{0, 5}, {1, 5}, {4, 3}, {9, 3}})};
  CATCH_CHECK_THAT(fm::mean_difference(one, 1), WithinAbs(11.0 / 6, 1e-12));
  CATCH_CHECK_THAT(fm::mean_difference(one, 2), WithinAbs(2.0, 1e-12));
  CATCH_CHECK_THAT(fm::mean_difference(one, 3), WithinAbs(2.0, 1e-12));  // 0 and 4

  // Of steps, not of episodes, and none from one episode to the next.
  const std::vector<fm::Episode> two = {acting({{0}, {1}, {2}, {3}}), acting({{100}, {107}}), acting({{-50}})};
  CATCH_CHECK_THAT(fm::mean_difference(two, 1), WithinAbs((3 * 1 + 7) / 4.0, 1e-12));
  CATCH_CHECK_THAT(fm::mean_difference(two, 2), WithinAbs(0.0, 1e-12));
  CATCH_CHECK(fm::mean_difference({acting({{4}})}, 1) == 0.0);
}

CATCH_TEST_CASE("an actor's figures are those of its episodes", "[metrics]") {
  const std::vector<fm::Episode> episodes = {acting({{0}, {1}}, -1.0, true), acting({{0}, {1}}, -2.0),
                                             acting({{0}, {1}}, -3.0, true), acting({{0}, {1}}, -6.0, true)};
  const auto env = fm::make_env({.name = "two_modes"}).make(1);
  auto observed = episodes;
  for (fm::Episode& e : observed) e.observations = fm::Matrix{{1.0, 0.0, 0.0}, {1.0, 0.0, 0.0}, {1.0, 0.0, 0.0}};
  observed[0].observations.row(2) << 0.0, 1.0, 0.0;  // up forwards; the third and fourth backwards
  const fm::ActorMetrics figures = fm::actor_metrics(observed, *env, {0, "bootstrap"});
  CATCH_CHECK_THAT(figures.mean, WithinAbs(-6.0, 1e-12));  // returns -2, -4, -6, -12
  CATCH_CHECK_THAT(figures.standard_deviation, WithinAbs(std::sqrt(56.0 / 3), 1e-12));
  CATCH_CHECK(figures.success == 0.75);
  CATCH_CHECK(figures.ci95.low < figures.mean);
  CATCH_CHECK(figures.mean < figures.ci95.high);
  CATCH_CHECK(-12.0 <= figures.ci95.low);
  CATCH_CHECK(figures.ci95.high <= -2.0);
  CATCH_CHECK(figures.smoothness == 1.0);
  CATCH_CHECK(figures.metrics.at("action_jerk") == 0.0);
  const double third = 1.0 / 3, entropy = -third * std::log2(third) - (1 - third) * std::log2(1 - third);
  CATCH_CHECK_THAT(figures.metrics.at("direction_entropy_bits"), WithinAbs(entropy, 1e-9));
}

CATCH_TEST_CASE("the action error is that of whole predictions, as they would be executed", "[metrics]") {
  for (const fm::HorizonOptions horizon : {fm::HorizonOptions{1, 1}, fm::HorizonOptions{2, 3}}) {
    for (const double highest : {100.0, 0.4}) {  // with the tighter bounds many actions are clipped
      fm::PolicyDescription d = in_chunks(horizon, highest);
      const fm::Rows rows = waves({4, 1, 2, 60});
      CATCH_CHECK_THAT(scripted_rmse(d, 0.0, rows), WithinAbs(rmse_by_hand(d, rows), 1e-6));
      d.policy.relative = {{{"torque", "cos_theta"}}};
      CATCH_CHECK_THAT(scripted_rmse(d, 0.0, rows), WithinAbs(rmse_by_hand(d, rows), 1e-6));
    }
  }
  // More rows than one thread predicts together.
  const fm::PolicyDescription d = in_chunks({2, 3}, 0.4);
  const fm::Rows many = waves(std::vector<int>(50, 50));
  CATCH_CHECK_THAT(scripted_rmse(d, 0.0, many), WithinAbs(rmse_by_hand(d, many), 1e-6));
}

CATCH_TEST_CASE("in the action error every row has noise of its own", "[metrics]") {
  fm::PolicyDescription d = in_chunks({1, 1}, infinity);
  d.observations = {{0, 0, 0}, {1, 1, 1}};
  d.actions = {{0}, {3}};
  constexpr int count = 20000;
  fm::Rows rows = waves({count});
  rows.observations.setZero();
  rows.actions.setZero();
  const double variance = std::pow(scripted_rmse(d, 1.0, rows) / 3, 2);
  CATCH_CHECK_THAT(variance, WithinAbs(1.0, 5 * std::sqrt(2.0 / count)));
}

CATCH_TEST_CASE("a flow that only shifts its noise is straight, with the density of that Gaussian", "[metrics]") {
  fm::PolicyDescription d = in_chunks({1, 3}, infinity);
  const double shift = 0.7;
  const auto model = shifting(d, shift);
  const fm::Rows rows = waves({4, 3});
  const auto metrics = fm::model_metrics(*model, rows, {.log_probability = true}, {0, "noise"});
  CATCH_CHECK_THAT(metrics.at("path_straightness"), WithinAbs(0.0, 1e-6));
  const fm::Matrix actions = fm::action_windows(rows, 0, 7, 3);
  double sum = 0.0;
  for (const double action : actions.reshaped()) {
    const double deviations = (action - 0.2) / 1.5 - shift;
    sum -= 0.5 * deviations * deviations + 0.5 * std::log(2 * std::numbers::pi) + std::log(1.5);
  }
  CATCH_CHECK_THAT(metrics.at("log_probability"), WithinAbs(sum / 7, 1e-4));
  CATCH_CHECK(fm::model_metrics(*model, rows, {}, {0, "noise"}).count("log_probability") == 0);

  // Of more than 8 numbers the divergence is estimated; of this flow it is 0 along every probe.
  d.policy.horizon.prediction = 9;
  const auto longer = shifting(d, shift);
  fm::Rows equal = waves({2});
  equal.actions.setOnes();
  const auto estimated = fm::model_metrics(*longer, equal, {.log_probability = true, .probes = 2}, {0, "noise"});
  const double deviations = (1.0 - 0.2) / 1.5 - shift;
  CATCH_CHECK_THAT(
      estimated.at("log_probability"),
      WithinAbs(-9 * (0.5 * deviations * deviations + 0.5 * std::log(2 * std::numbers::pi) + std::log(1.5)), 1e-4));
}

CATCH_TEST_CASE("only a flow has paths, and only what has a density is asked for one", "[metrics]") {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = "mse";
  const auto mse = fm::make_policy_model(d, {0, "init"});
  CATCH_CHECK(fm::model_metrics(*mse, waves({3}), {}, {0, "noise"}).empty());
  CATCH_CHECK_THROWS_AS(fm::model_metrics(*mse, waves({3}), {.log_probability = true}, {0, "noise"}), fm::InputError);
}
