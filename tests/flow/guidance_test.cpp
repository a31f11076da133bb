#include "libfm/flow/ode_sampler.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/zeros.h>

namespace {

/// A network with small random weights and a goal of one number.
std::shared_ptr<fm::VelocityNet> goal_net(std::uint64_t seed, int goals = 1) {
  const auto net = fm::make_network({.mlp = {{16, 16}}, .time_embedding = 8},
                                    {.actions = 2, .observations = 3, .goals = goals}, {seed, "init"});
  net->to(at::kDouble);
  const at::NoGradGuard no_grad;
  std::uint64_t i = 100 * seed;
  for (at::Tensor& p : net->parameters()) p.copy_(0.4 * fm::test::normal(p.sizes(), ++i));  // nothing stays zero
  return net;
}

fm::Condition with_goal(double mask) {
  return {.observations = fm::test::normal({6, 1, 3}, 1),
          .goal = fm::test::normal({6, 1}, 2),
          .goal_mask = at::full({6}, mask, at::kDouble)};
}

at::Tensor sampled(double guidance, const fm::VelocityNet& net, const fm::Condition& condition,
                   const fm::VelocityNet* null_net = nullptr) {
  const at::NoGradGuard no_grad;
  const fm::OdeSampler sampler({.solver = "heun", .steps = 5, .guidance = guidance});
  return sampler.forward(net, fm::test::normal({6, 1, 2}, 3), condition, fm::Record::end_only, null_net).z;
}

}  // namespace

CATCH_TEST_CASE("guidance 0 and 1 are exactly the samples without and with the goal", "[flow]") {
  const auto net = goal_net(1);
  at::Tensor z = fm::test::normal({6, 1, 2}, 3);
  const auto v = [&](const at::Tensor& at_z, double t) {
    return net->forward(at_z, at::full({6, 1}, t, at::kDouble), with_goal(1));
  };
  for (int i = 0; i < 5; ++i) {
    const at::NoGradGuard no_grad;
    const at::Tensor begin = v(z, 0.2 * i), end = v(z + 0.2 * begin, 0.2 * (i + 1));
    z = z + 0.1 * (begin + end);
  }
  CATCH_CHECK((sampled(1.0, *net, with_goal(1)) - z).abs().max().item<double>() < 1e-12);
  CATCH_CHECK(sampled(0.0, *net, with_goal(1)).equal(sampled(1.0, *net, with_goal(0))));
  CATCH_CHECK(!sampled(0.0, *net, with_goal(1)).equal(sampled(1.0, *net, with_goal(1))));
}

CATCH_TEST_CASE("guidance 0 and 1 take one evaluation, others two", "[flow]") {
  for (const auto& [guidance, each] : {std::pair{0.0, 1}, std::pair{1.0, 1}, std::pair{2.5, 2}}) {
    const auto net = goal_net(1);
    sampled(guidance, *net, with_goal(1));
    CATCH_CHECK(net->evaluations() == 10 * each);
  }
}

CATCH_TEST_CASE("guidance moves along the difference of the two velocities", "[flow]") {
  const at::NoGradGuard no_grad;
  const auto net = goal_net(1), null_net = goal_net(2);
  const fm::Condition with = with_goal(1), without = with_goal(0);
  const at::Tensor z = fm::test::normal({6, 1, 2}, 4), t = at::full({6}, 0.3, at::kDouble), times = t.unsqueeze(1);
  const fm::Prediction prediction({});
  const at::Tensor v1 = net->forward(z, times, with), v0 = net->forward(z, times, without),
                   own = null_net->forward(z, times, without);
  for (const double w : {0.0, 0.5, 1.0, 3.0}) {
    const at::Tensor one = fm::LearnedFlow(*net, prediction, with, w).velocity(z, t);
    CATCH_CHECK((one - (v0 + w * (v1 - v0))).abs().max().item<double>() < 1e-12);
    const at::Tensor two = fm::LearnedFlow(*net, prediction, with, w, null_net.get()).velocity(z, t);
    CATCH_CHECK((two - (own + w * (v1 - own))).abs().max().item<double>() < 1e-12);
  }
}

CATCH_TEST_CASE("a separate network without the goal gives exactly its own samples at guidance 0", "[flow]") {
  const auto net = goal_net(1), null_net = goal_net(2);
  CATCH_CHECK(sampled(0.0, *net, with_goal(1), null_net.get()).equal(sampled(1.0, *null_net, with_goal(0))));
  CATCH_CHECK(sampled(1.0, *net, with_goal(1), null_net.get()).equal(sampled(1.0, *net, with_goal(1))));
}
