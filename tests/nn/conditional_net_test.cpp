// The contract of every velocity network. New rows of the table are tested automatically.

#include "libfm/nn/velocity_net.hpp"

#include "libfm/core/error.hpp"
#include "libfm/nn/jvp.hpp"
#include "libfm/nn/parameter_count.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

using Catch::Matchers::WithinAbs;
using fm::Condition;
using fm::NetworkSizes;

namespace {

const fm::RandomStream net_init(0, "init");

at::Tensor drawn(at::IntArrayRef shape, std::uint64_t seed) {
  at::Tensor values = at::empty(shape, at::kDouble);
  fm::Draws draws = fm::RandomStream(seed, "numbers").at(0);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = draws.normal();
  return values;
}

fm::NetworkOptions small_network(const std::string& name, const std::string& conditioning = "adaln") {
  return {.name = name,
          .mlp = {{16, 16}},
          .residual_mlp = {.width = 12, .blocks = 2, .conditioning = conditioning},
          .transformer = {.width = 12, .layers = 2, .heads = 3},
          .unet = {.channels = {4, 6}, .blocks = 2, .kernel = 3, .groups = 2},
          .gru = {.width = 6},
          .time_embedding = 8};
}

/// Every network by its name, and the residual one with both kinds of conditioning.
std::vector<fm::NetworkOptions> all_networks() {
  std::vector<fm::NetworkOptions> all;
  for (const std::string& name : fm::names_in(fm::network_kinds)) all.push_back(small_network(name));
  all.push_back(small_network("residual_mlp", "film"));
  return all;
}

/// In float64, with random weights, so that every part has an effect.
std::shared_ptr<fm::VelocityNet> awake(const fm::NetworkOptions& options, const NetworkSizes& sizes) {
  auto net = fm::make_network(options, sizes, net_init);
  net->to(at::kDouble);
  const at::NoGradGuard no_grad;
  std::uint64_t i = 100;
  for (at::Tensor& p : net->parameters()) p.copy_(0.4 * drawn(p.sizes(), ++i));
  return net;
}

struct Inputs {
  at::Tensor z, times;
  Condition condition;
};

constexpr std::int64_t net_rows = 4;

Inputs inputs_for(const NetworkSizes& s) {
  Inputs inputs{drawn({net_rows, s.action_horizon, s.actions}, 1),
                drawn({net_rows, s.times}, 2).sigmoid(),
                {.observations = drawn({net_rows, s.observation_history, s.observations}, 3),
                 .goal = drawn({net_rows, s.goals}, 4),
                 .goal_mask = at::ones({net_rows}, at::kDouble)}};
  return inputs;
}

Inputs row_of_inputs(const Inputs& x, std::int64_t i) {
  const auto row = [i](const at::Tensor& t) { return t.slice(0, i, i + 1); };
  return {row(x.z), row(x.times), {row(x.condition.observations), row(x.condition.goal), row(x.condition.goal_mask)}};
}

at::Tensor run(const fm::VelocityNet& net, const Inputs& x) { return net.forward(x.z, x.times, x.condition); }

std::vector<NetworkSizes> all_sizes() {
  return {{.actions = 2, .observations = 3},
          {.actions = 2, .action_horizon = 4, .observations = 3, .observation_history = 3, .goals = 1},
          {.actions = 1, .observations = 2, .observation_history = 2, .times = 2}};
}

constexpr NetworkSizes whole{
    .actions = 2, .action_horizon = 3, .observations = 2, .observation_history = 2, .goals = 2, .times = 2};

}  // namespace

CATCH_TEST_CASE("every velocity network maps (N, H, A) to (N, H, A), row by row", "[velocity_net]") {
  for (const auto& options : all_networks()) {
    for (const NetworkSizes& sizes : all_sizes()) {
      CATCH_INFO(options.name);
      const auto net = awake(options, sizes);
      const Inputs x = inputs_for(sizes);
      const at::Tensor out = run(*net, x);
      CATCH_REQUIRE(out.sizes() == x.z.sizes());
      const at::Tensor alone = run(*net, row_of_inputs(x, 2));
      CATCH_CHECK((alone - out.slice(0, 2, 3)).abs().max().item<double>() < 1e-12);
      CATCH_CHECK(net->evaluations() == 2);
    }
  }
}

CATCH_TEST_CASE("every network can be told how many actions are given", "[velocity_net]") {
  NetworkSizes sizes{.actions = 2, .action_horizon = 4, .observations = 3, .observation_history = 2, .goals = 1};
  sizes.committed = true;
  for (const auto& options : all_networks()) {
    CATCH_INFO(options.name);
    const auto net = awake(options, sizes);
    Inputs x = inputs_for(sizes);
    const at::Tensor without = run(*net, x);
    x.condition.committed = at::zeros({net_rows}, at::kDouble);
    CATCH_CHECK((run(*net, x) - without).abs().max().item<double>() < 1e-12);
    x.condition.committed[1] = 2.0;
    const at::Tensor change = (run(*net, x) - without).abs().amax({1, 2});
    for (std::int64_t i = 0; i < net_rows; ++i) {
      CATCH_CHECK((i == 1 ? change[i].item<double>() > 1e-3 : change[i].item<double>() < 1e-12));
    }
  }
}

CATCH_TEST_CASE("a transformer's given actions have time 1", "[velocity_net]") {
  NetworkSizes sizes{.actions = 2, .action_horizon = 4, .observations = 3};
  sizes.committed = true;
  const auto net = awake(small_network("transformer"), sizes);
  Inputs x = inputs_for(sizes);
  x.times.fill_(1.0);
  const at::Tensor all_at_one = run(*net, x);
  x.condition.committed = at::full({net_rows}, 3.0, at::kDouble);
  CATCH_CHECK((run(*net, x) - all_at_one).abs().max().item<double>() < 1e-12);
}

CATCH_TEST_CASE("networks that cannot be told how many actions are given are refused", "[velocity_net]") {
  NetworkSizes sizes{.actions = 1, .action_horizon = 4, .observations = 3};
  sizes.committed = true;
  fm::NetworkOptions timeless = small_network("mlp");
  timeless.time_embedding = 0;
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::make_network(timeless, sizes, net_init); }),
                       "network.time_embedding: 0"));
}

CATCH_TEST_CASE("every velocity network works without observations, except those that require them", "[velocity_net]") {
  const NetworkSizes blind{.actions = 2, .observations = 0};
  for (const auto& options : all_networks()) {
    if (options.name == "gru") {
      CATCH_CHECK_THROWS_AS(fm::make_network(options, blind, net_init), fm::InputError);
    } else {
      CATCH_CHECK(run(*awake(options, blind), inputs_for(blind)).sizes() == at::IntArrayRef({net_rows, 1, 2}));
    }
  }
}

CATCH_TEST_CASE("every network starts with finite outputs, also where it has no inputs at all", "[velocity_net]") {
  constexpr NetworkSizes nothing{.actions = 0, .observations = 0, .times = 0, .outputs = 2};
  for (const auto& options : all_networks()) {
    if (options.name == "gru") continue;
    CATCH_INFO(options.name);
    const at::Tensor out =
        fm::make_network(options, nothing, net_init)->forward(Condition{at::zeros({net_rows, 1, 0}), {}, {}});
    CATCH_REQUIRE(out.sizes() == at::IntArrayRef({net_rows, 1, 2}));
    CATCH_CHECK(out.isfinite().all().item<bool>());
  }
}

CATCH_TEST_CASE("every parameter of every velocity network has the gradient that finite differences give",
                "[velocity_net]") {
  for (const auto& options : all_networks()) {
    const auto net = awake(options, whole);
    Inputs x = inputs_for(whole);
    x.condition.goal_mask[1] = 0.0;  // so that the null goal is used
    const at::Tensor weights = drawn(x.z.sizes(), 9);
    const auto value = [&] { return (run(*net, x) * weights).sum(); };
    value().backward();
    for (const auto& item : net->named_parameters()) {
      CATCH_INFO(options.name + " " + item.key());
      const at::Tensor gradient = item.value().grad();
      CATCH_REQUIRE(gradient.defined());
      CATCH_CHECK(gradient.abs().max().item<double>() > 0);
      const at::NoGradGuard no_grad;
      at::Tensor p = item.value().flatten();
      const auto place = static_cast<std::int64_t>(gradient.flatten().abs().argmax().item<std::int64_t>());
      constexpr double h = 1e-6;
      const double before = p[place].item<double>();
      p[place] = before + h;
      const double above = value().item<double>();
      p[place] = before - h;
      const double below = value().item<double>();
      p[place] = before;
      CATCH_CHECK_THAT(gradient.flatten()[place].item<double>(), WithinAbs((above - below) / (2 * h), 1e-6));
    }
  }
}

CATCH_TEST_CASE("every velocity network's directional derivative is that of finite differences", "[velocity_net]") {
  const at::NoGradGuard no_grad;
  for (const auto& options : all_networks()) {
    CATCH_INFO(options.name);
    const auto net = awake(options, whole);
    const Inputs x = inputs_for(whole);
    const at::Tensor along_z = drawn(x.z.sizes(), 5), along_t = drawn(x.times.sizes(), 6);
    const auto f = [&](std::span<const at::Tensor> in) { return net->forward(in[0], in[1], x.condition); };
    const fm::Dual dual = fm::jvp(f, std::vector<at::Tensor>{x.z, x.times}, std::vector<at::Tensor>{along_z, along_t});
    constexpr double h = 1e-6;
    const auto moved = [&](double step) {
      return net->forward(x.z + step * along_z, x.times + step * along_t, x.condition);
    };
    CATCH_CHECK((dual.value - moved(0)).abs().max().item<double>() < 1e-12);
    CATCH_CHECK((dual.tangent - (moved(h) - moved(-h)) / (2 * h)).abs().max().item<double>() < 1e-6);
  }
}

CATCH_TEST_CASE("the value beside a directional derivative is differentiable by backward", "[velocity_net]") {
  for (const auto& options : all_networks()) {
    CATCH_INFO(options.name);
    const auto net = awake(options, whole), plain = awake(options, whole);
    Inputs x = inputs_for(whole);
    x.condition.goal_mask[1] = 0.0;  // so that the null goal is used
    const auto f = [&](std::span<const at::Tensor> in) { return net->forward(in[0], x.times, x.condition); };
    fm::jvp(f, std::vector<at::Tensor>{x.z}, std::vector<at::Tensor>{drawn(x.z.sizes(), 5)}).value.sum().backward();
    run(*plain, x).sum().backward();
    for (std::size_t i = 0; i < net->parameters().size(); ++i) {
      const at::Tensor expected = plain->parameters()[i].grad();
      CATCH_CHECK(expected.abs().max().item<double>() > 0);
      CATCH_CHECK((net->parameters()[i].grad() - expected).abs().max().item<double>() < 1e-12);
    }
  }
}

CATCH_TEST_CASE("every velocity network depends on the time, unless the embedding has size 0", "[velocity_net]") {
  for (auto options : all_networks()) {
    for (const int features : {8, 0}) {
      CATCH_INFO(options.name << " " << features);
      options.time_embedding = features;
      const auto net = awake(options, whole);
      Inputs x = inputs_for(whole);
      const at::Tensor before = run(*net, x);
      x.times = 1.0 - x.times;
      CATCH_CHECK(before.equal(run(*net, x)) == (features == 0));
    }
  }
}

CATCH_TEST_CASE("a masked goal has no influence, the learned null goal replaces it", "[velocity_net]") {
  for (const auto& options : all_networks()) {
    CATCH_INFO(options.name);
    const auto net = awake(options, whole);
    const auto with = [&](double goal, double mask) {
      Inputs x = inputs_for(whole);
      x.condition.goal = at::ones({net_rows, 2}, at::kDouble) * goal;
      x.condition.goal_mask = at::ones({net_rows}, at::kDouble) * mask;
      return run(*net, x);
    };
    CATCH_CHECK(with(0.5, 0).equal(with(-2, 0)));
    CATCH_CHECK(!with(0.5, 1).equal(with(-2, 1)));
    CATCH_CHECK(net->named_parameters().contains("null_goal"));
  }
}

CATCH_TEST_CASE("the same stream gives the same weights, and another gives others", "[velocity_net]") {
  for (const auto& options : all_networks()) {
    CATCH_INFO(options.name);
    const auto one = fm::make_network(options, whole, net_init), two = fm::make_network(options, whole, net_init),
               other = fm::make_network(options, whole, {1, "init"});
    bool differs = false;
    for (std::size_t i = 0; i < one->parameters().size(); ++i) {
      CATCH_CHECK(one->parameters()[i].equal(two->parameters()[i]));
      differs = differs || !one->parameters()[i].equal(other->parameters()[i]);
    }
    CATCH_CHECK(differs);
  }
}

CATCH_TEST_CASE("parameters are counted", "[velocity_net]") {
  // 2 actions + 8 of time + 3 observations = 13 inputs.
  const auto net = fm::make_network(small_network("mlp"), {.actions = 2, .observations = 3}, net_init);
  CATCH_CHECK(fm::parameter_count(*net) == 13 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2);
}
