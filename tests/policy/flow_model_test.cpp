#include "libfm/policy/flow_model.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/nn/serial_product.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/model_policy.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <optional>

CATCH_TEST_CASE("the loss is a function of weights, batch and position alone", "[flow_model]") {
  const auto model = fm::test::small_model(at::kDouble);
  const fm::Batch batch{
      at::linspace(-1, 1, 6, at::kDouble).view({6, 1, 1}),
      model->condition(at::linspace(-1, 1, 18, at::kDouble).view({6, 1, 3}), at::zeros({6, 0}, at::kDouble))};
  const fm::RandomStream stream(0, "batch");
  const auto loss = [&](std::uint64_t position) { return model->loss(batch, stream, position).item<double>(); };
  CATCH_CHECK(loss(3) == loss(3));
  CATCH_CHECK(loss(3) != loss(4));
}

CATCH_TEST_CASE("a training step has the loss and gradient of autograd, for every path and target", "[flow_model]") {
  constexpr int n = 300;
  const fm::RandomStream stream(0, "batch");
  const auto gradient = [](const fm::PolicyModel& model) {
    std::vector<at::Tensor> parts;
    for (const at::Tensor& p : model.parameters()) {
      parts.push_back(p.grad().flatten());
      p.mutable_grad().reset();
    }
    return at::cat(parts);
  };
  for (const std::string& path : fm::path_names()) {
    for (const std::string& target : fm::target_names()) {
      for (const bool rounds : {false, true}) {
        if (rounds && !fm::has_serial_product<fm::Bfloat16>()) continue;
        CATCH_INFO(path << " " << target << (rounds ? " bfloat16" : ""));
        fm::PolicyDescription d = fm::test::small_description();
        d.policy.horizon = {.observations = 2, .prediction = 3};
        d.policy.flow.path.name = path;
        d.policy.flow.target = target;
        if (!rounds) d.policy.flow.time = {.name = "logit_normal", .weight = "inverse_density"};
        d.policy.flow.coupling.name = "optimal_transport";
        const auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
        const fm::Batch batch{at::linspace(-1, 1, 3 * n).view({n, 3, 1}),
                              model->condition(at::linspace(-1, 1, 6 * n).view({n, 2, 3}), at::zeros({n, 0}))};
        const auto loss = [&](auto member) {
          const fm::ProductPrecision precision(rounds ? "bfloat16" : "float32", at::kCPU);
          return ((*model).*member)(batch, stream, 5);
        };
        const at::Tensor by_autograd = loss(&fm::PolicyModel::loss);
        by_autograd.backward();
        const at::Tensor expected = gradient(*model);
        const at::Tensor trained = loss(&fm::PolicyModel::training_loss);
        const bool by_hand = path != "variance_exploding" && target != "score";
        CATCH_CHECK(trained.requires_grad() == !by_hand);
        if (!by_hand) continue;
        const double scale = expected.abs().max().item<double>(), tolerance = rounds ? 2e-2 : 1e-5;
        CATCH_CHECK((gradient(*model) - expected).abs().max().item<double>() < tolerance * scale);
        CATCH_CHECK(std::abs(trained.item<double>() / by_autograd.item<double>() - 1.0) < tolerance);
      }
    }
  }
}

CATCH_TEST_CASE("times are uniform from 0 to 1 and noise is standard normal, row by row", "[flow_model]") {
  constexpr int n = 20000;
  const fm::RandomStream stream(0, "batch");
  const fm::FlowDraws draws = fm::draw_flow(stream, 9, at::zeros({n, 1, 2}), fm::FlowOptions(), fm::TimeInterval());
  CATCH_CHECK_THAT(draws.times.mean().item<double>(), Catch::Matchers::WithinAbs(0.5, 5 * std::sqrt(1.0 / 12 / n)));
  CATCH_CHECK_THAT(draws.noise.mean().item<double>(), Catch::Matchers::WithinAbs(0.0, 5 * std::sqrt(0.5 / n)));
  CATCH_CHECK_THAT(draws.noise.var().item<double>(), Catch::Matchers::WithinAbs(1.0, 5 * std::sqrt(1.0 / n)));
  const fm::FlowDraws fewer = fm::draw_flow(stream, 9, at::zeros({5, 1, 2}), fm::FlowOptions(), fm::TimeInterval());
  CATCH_CHECK(fewer.noise.equal(draws.noise.slice(0, 0, 5)));
}

CATCH_TEST_CASE("the share goal_drop of the rows is trained without its goal, and a second network without any",
                "[flow_model]") {
  constexpr int n = 400;
  fm::PolicyDescription d = fm::test::small_policy("pendulum_target");
  const fm::RandomStream stream(0, "batch");
  // With the same draws except for the dropped rows: how much do the losses depend on the goals?
  const auto change = [&](double goal_drop, const char* null_goal) {
    d.policy.flow.goal_drop = goal_drop;
    d.policy.flow.null_goal = null_goal;
    const auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
    const auto loss = [&](double goal) {
      const at::Tensor observations = at::linspace(-1, 1, 3 * n).view({n, 1, 3});
      return model
          ->loss({at::linspace(-1, 1, n).view({n, 1, 1}), model->condition(observations, at::full({n, 1}, goal))},
                 stream, 5)
          .item<double>();
    };
    return std::abs(loss(0.3) - loss(-0.3));
  };
  CATCH_CHECK(change(1.0, "learned") == 0.0);
  CATCH_CHECK(change(0.5, "learned") > 0.0);
  CATCH_CHECK(change(0.5, "learned") < change(0.0, "learned"));
  CATCH_CHECK_THAT(change(1.0, "separate"),
                   Catch::Matchers::WithinRel(change(0.0, "learned"), 1e-4));  // all rows keep their goals

  const fm::FlowDraws draws = fm::draw_flow(stream, 9, at::zeros({20000, 1, 1}), {.goal_drop = 0.3}, {});
  CATCH_CHECK_THAT(draws.kept.mean().item<double>(), Catch::Matchers::WithinAbs(0.7, 5 * std::sqrt(0.3 * 0.7 / 20000)));
}

CATCH_TEST_CASE("numbers of given actions are drawn equally often, beside the same other numbers", "[flow_model]") {
  const fm::RandomStream stream(4, "batch");
  const at::Tensor actions = at::zeros({8000, 4, 1});
  const fm::FlowDraws plain = fm::draw_flow(stream, 2, actions, {}, {});
  const fm::FlowDraws draws = fm::draw_flow(stream, 2, actions, {}, {}, /*largest_delay=*/3);
  CATCH_CHECK_FALSE(plain.committed.defined());
  CATCH_CHECK(draws.noise.equal(plain.noise));
  CATCH_CHECK(draws.times.equal(plain.times));
  CATCH_CHECK(draws.kept.equal(plain.kept));
  for (int d = 0; d <= 3; ++d) {
    const auto share = (draws.committed == d).to(at::kDouble).mean().item<double>();
    CATCH_CHECK(std::abs(share - 0.25) < 5 * std::sqrt(0.25 * 0.75 / 8000));
  }
}

CATCH_TEST_CASE("a policy's actions are bitwise independent of a rollout's threads and blocks", "[flow_model]") {
  const std::shared_ptr<const fm::PolicyModel> model = fm::test::small_model(at::kFloat);
  const auto make_policy = [&] { return std::make_unique<fm::ModelPolicy>(model, fm::RandomStream(2, "noise")); };
  const auto roll = [&](int threads) {
    fm::set_threads(threads);
    return fm::rollout(fm::make_env({}), make_policy, {.episodes = 40, .block = 10});
  };
  const auto one = roll(1), two = roll(2), four = roll(4);
  fm::set_threads(0);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CATCH_CHECK(one[i].states == two[i].states);
    CATCH_CHECK(one[i].actions == four[i].actions);
  }
}

CATCH_TEST_CASE("actions stay within the environment's bounds", "[flow_model]") {
  const auto model = fm::test::small_model(at::kFloat);
  {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& weight : model->parameters()) weight.mul_(50);
  }
  const auto make_policy = [&] { return std::make_unique<fm::ModelPolicy>(model, fm::RandomStream(2, "noise")); };
  const auto episodes = fm::rollout(fm::make_env({}), make_policy, {.episodes = 2});
  CATCH_CHECK(episodes[0].actions.cwiseAbs().maxCoeff() == 2.0f);
}
