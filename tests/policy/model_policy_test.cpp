#include "libfm/policy/model_policy.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

fm::PolicyDescription plain_units(fm::HorizonOptions horizon, const fm::SamplerOptions& sampler) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon = horizon;
  d.sampler = sampler;
  d.observations = {{0, 0, 0}, {1, 1, 1}};
  d.actions = {{0}, {1}};
  return d;
}

/// Predicts the newest observation's first number, plus 0.1 for each step ahead; or, from a guess, the guess.
class Scripted final : public fm::PolicyModel {
 public:
  explicit Scripted(const fm::PolicyDescription& d) : PolicyModel(d) { register_parameter("unused", at::zeros({1})); }

  at::Tensor losses(const fm::Batch&, const fm::RandomStream&, std::uint64_t) const override { return at::zeros({1}); }

  at::Tensor sample(const fm::Condition& c, const at::Tensor& noise) const override {
    seen = c.observations;
    const at::Tensor ahead = 0.1 * at::arange(noise.size(2)).view({1, -1, 1});
    return c.observations.select(1, -1).slice(1, 0, 1).unsqueeze(1) + ahead;
  }

  at::Tensor refine(const fm::Condition&, const at::Tensor&, const at::Tensor& guess) const override {
    guessed = guess;
    return guess;
  }

  mutable at::Tensor seen, guessed;
};

struct Acting {
  std::shared_ptr<Scripted> model;
  fm::ModelPolicy policy;
  std::uint32_t step = 0;

  explicit Acting(const fm::PolicyDescription& d)
      : model(std::make_shared<Scripted>(d)), policy(model, fm::RandomStream(0, "noise")) {
    policy.reset(2, std::vector{0, 1});
  }

  /// The actions of two rows that see these first numbers.
  std::pair<double, double> act(double first, double second) {
    fm::Matrix observations = fm::Matrix::Zero(2, 3);
    observations(0, 0) = first;
    observations(1, 0) = second;
    const fm::Matrix goals(2, 0);
    const std::vector<std::uint64_t> episodes = {0, 1};
    const std::vector<std::uint32_t> steps(2, step++);
    fm::PolicyOutput output;
    policy.act({observations, goals, episodes, steps}, output);
    return {output.actions(0, 0), output.actions(1, 0)};
  }
};

}  // namespace

CATCH_TEST_CASE("of each prediction, sampler.executed actions are executed", "[model_policy]") {
  Acting acting(plain_units({.prediction = 4}, {.executed = 3}));
  std::vector<double> actions;
  for (const double seen : {0.0F, 1.0F, 1.0F, -1.0F, 0.5F}) actions.push_back(acting.act(seen, 0).first);
  const std::vector<float> expected = {0.0F, 0.1F, 0.2F, -1.0F, -0.9F};
  for (std::size_t i = 0; i < expected.size(); ++i) CATCH_CHECK_THAT(actions[i], WithinAbs(expected[i], 1e-6));
}

CATCH_TEST_CASE("a reset row gets a new prediction, the others continue", "[model_policy]") {
  Acting acting(plain_units({.observations = 3, .prediction = 4}, {.executed = 4}));
  acting.act(0, 0);
  acting.act(0, 0);
  acting.policy.reset(2, std::vector{1});
  const auto [first, second] = acting.act(1, 1);
  CATCH_CHECK_THAT(first, WithinAbs(0.2, 1e-6));
  CATCH_CHECK_THAT(second, WithinAbs(1.0, 1e-6));
  const at::Tensor seen = acting.model->seen.select(2, 0);
  CATCH_CHECK(seen[0].equal(at::ones({3})));                // row 1's history starts with its reset
  CATCH_CHECK(seen.slice(0, 1).equal(at::zeros({47, 3})));  // no other rows were requested: the batch is padded
}

CATCH_TEST_CASE("the policy sees its last observations, oldest first, the first one repeated", "[model_policy]") {
  Acting acting(plain_units({.observations = 3}, {}));
  const auto history = [&](float now) {
    acting.act(now, 0);
    const at::Tensor seen = acting.model->seen[0].select(1, 0).contiguous();
    return std::vector<float>(seen.data_ptr<float>(), seen.data_ptr<float>() + 3);
  };
  CATCH_CHECK(history(1) == std::vector<float>{1, 1, 1});
  CATCH_CHECK(history(2) == std::vector<float>{1, 1, 2});
  CATCH_CHECK(history(3) == std::vector<float>{1, 2, 3});
  CATCH_CHECK(history(4) == std::vector<float>{2, 3, 4});
}

CATCH_TEST_CASE("an ensemble weighs all predictions for a step by their age", "[model_policy]") {
  Acting acting(plain_units({.prediction = 3}, {.ensemble = std::log(2.0)}));
  const std::vector<double> seen = {0.3, -0.5, 1.0, 0.0};
  for (std::size_t t = 0; t < seen.size(); ++t) {
    double sum = 0, total = 0;
    for (std::size_t age = 0; age <= std::min<std::size_t>(t, 2); ++age) {
      sum += std::pow(0.5, age) * (seen[t - age] + 0.1 * static_cast<double>(age));
      total += std::pow(0.5, age);
    }
    CATCH_CHECK_THAT(acting.act(seen[t], 0).first, WithinAbs(sum / total, 1e-6));
  }
}

CATCH_TEST_CASE("a warm start begins from the shifted last prediction, its last action repeated", "[model_policy]") {
  Acting acting(plain_units({.prediction = 4}, {.executed = 2, .warm_start = 0.5}));
  for (int t = 0; t < 3; ++t) acting.act(1, -1);
  const at::Tensor expected = at::tensor({1.2F, 1.3F, 1.3F, 1.3F}).view({4, 1});
  CATCH_CHECK((acting.model->guessed[0] - expected).abs().max().item<float>() < 1e-6F);
  CATCH_CHECK((acting.model->guessed[1] - (expected - 2)).abs().max().item<float>() < 1e-6F);
}

CATCH_TEST_CASE("a flow continues the actions that it is given, and others are refused", "[model_policy]") {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon = {.prediction = 6, .largest_delay = 3};
  d.sampler = {.steps = 4, .executed = 3, .delay = 2, .prefix = "trained"};
  const auto flow = fm::make_policy_model(d, fm::RandomStream(0, "init"));
  const at::NoGradGuard no_grad;
  const fm::Condition condition = flow->condition(at::zeros({3, 1, 3}), at::zeros({3, 0}));
  const at::Tensor noise = at::ones({3, 1, 6, 1}), last = 0.1 * at::arange(6).view({1, 6, 1}).expand({3, 6, 1});
  CATCH_CHECK(flow->refine(condition, noise, last).slice(1, 0, 2).equal(last.slice(1, 0, 2)));
  d.sampler.prefix = "guided";
  flow->set_sampler(d.sampler);
  const auto distance = [&](const at::Tensor& actions) {
    return (actions - last).slice(1, 0, 2).abs().max().item<float>();
  };
  CATCH_CHECK(distance(flow->refine(condition, noise, last)) < distance(flow->sample(condition, noise)));
  CATCH_CHECK_FALSE(flow->repeats_sampling());
  d.policy.name = "mean_flow";
  CATCH_CHECK_THROWS_AS(fm::make_policy_model(d, fm::RandomStream(0, "init")), fm::InputError);
}

CATCH_TEST_CASE("noise on the action has the configured standard deviation", "[model_policy]") {
  Acting acting(plain_units({}, {.action_noise = 0.3}));
  double squares = 0;
  constexpr int n = 4000;
  for (int t = 0; t < n; ++t) squares += std::pow(acting.act(0, 0).first, 2);
  CATCH_CHECK_THAT(std::sqrt(squares / n), WithinAbs(0.3, 5 * 0.3 / std::sqrt(2.0 * n)));
}

CATCH_TEST_CASE("more executed than predicted actions, and unsupported warm starts, are refused", "[model_policy]") {
  CATCH_CHECK_THROWS_AS(Acting(plain_units({.prediction = 2}, {.executed = 3})), fm::InputError);
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = "mse";
  const auto mse = fm::make_policy_model(d, fm::RandomStream(0, "init"));
  CATCH_CHECK_THROWS_AS(mse->set_sampler({.warm_start = 0.5}), fm::InputError);
  const auto flow = fm::test::small_model(at::kFloat);
  CATCH_CHECK_THROWS_AS(flow->set_sampler({.solver = fm::euler_maruyama, .warm_start = 0.5}), fm::InputError);
}
