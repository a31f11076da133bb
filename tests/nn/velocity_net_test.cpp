#include "libfm/nn/velocity_net.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

using fm::Condition;
using fm::NetworkSizes;

namespace {

const fm::RandomStream init(0, "init");

at::Tensor numbers(at::IntArrayRef shape) {
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  return at::linspace(-1, 1, count).view(shape);
}

}  // namespace

CATCH_TEST_CASE("every velocity network maps (N, H, A) to (N, H, A), row by row", "[velocity_net]") {
  for (const std::string& name : fm::network_names()) {
    for (const int horizon : {1, 4}) {
      for (const int times : {1, 2}) {
        const NetworkSizes sizes{.actions = 2,
                                 .action_horizon = horizon,
                                 .observations = 3,
                                 .observation_history = 2,
                                 .goals = 1,
                                 .times = times};
        const auto net = fm::make_velocity_net({.name = name, .mlp = {{16, 16}}, .time_embedding = 8}, sizes, init);
        const at::Tensor z = numbers({5, horizon, 2}), t = numbers({5, times}).abs();
        const Condition condition{numbers({5, 2, 3}), numbers({5, 1}), at::ones({5})};
        const at::Tensor out = net->forward(z, t, condition);
        CATCH_REQUIRE(out.sizes() == z.sizes());
        const Condition row{condition.observations.slice(0, 2, 3), condition.goal.slice(0, 2, 3), at::ones({1})};
        const at::Tensor alone = net->forward(z.slice(0, 2, 3), t.slice(0, 2, 3), row);
        CATCH_CHECK((alone - out.slice(0, 2, 3)).abs().max().item<double>() < 1e-6);
        CATCH_CHECK(net->evaluations() == 2);
      }
    }
  }
}

CATCH_TEST_CASE("a masked goal has no influence, the learned null goal stands for it", "[velocity_net]") {
  const NetworkSizes sizes{.actions = 1, .observations = 1, .goals = 2};
  const auto net = fm::make_velocity_net({.mlp = {{8}}, .time_embedding = 4}, sizes, init);
  const at::Tensor z = numbers({2, 1, 1}), t = at::ones({2, 1}), observations = numbers({2, 1, 1});
  const auto with = [&](const at::Tensor& goal, double mask) {
    return net->forward(z, t, {observations, goal, at::ones({2}) * mask});
  };
  CATCH_CHECK(with(numbers({2, 2}), 0.0).equal(with(at::zeros({2, 2}), 0.0)));
  CATCH_CHECK(!with(numbers({2, 2}), 1.0).equal(with(at::zeros({2, 2}), 1.0)));
  CATCH_CHECK(net->named_parameters().contains("null_goal"));
}
