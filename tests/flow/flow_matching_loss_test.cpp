#include "libfm/flow/flow_matching_loss.hpp"

#include "libfm/core/error.hpp"
#include "libfm/flow/ode_sampler.hpp"

#include "tests/catch.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>

using Catch::Matchers::WithinAbs;

namespace {

struct Problem {
  std::shared_ptr<fm::VelocityNet> net = fm::make_network(
      {.mlp = {{8, 8}}, .time_embedding = 8}, {.actions = 2, .observations = 3}, fm::RandomStream(0, "init"));
  at::Tensor x1 = at::linspace(-1, 1, 8, at::kDouble).view({4, 1, 2});
  at::Tensor z0 = at::linspace(2, -1, 8, at::kDouble).view({4, 1, 2});
  at::Tensor t = at::linspace(0.1, 0.9, 4, at::kDouble);
  fm::Condition condition{at::linspace(0, 1, 12, at::kDouble).view({4, 1, 3}), {}, {}};

  Problem() { net->to(at::kDouble); }
};

/// d f / d p[0], by finite differences of the first number of every parameter, against what backward() gave.
template <class F>
void check_gradients(fm::VelocityNet& net, F f) {
  constexpr double h = 1e-6;
  f().backward();
  const at::NoGradGuard no_grad;
  for (auto& parameter : net.named_parameters()) {
    CATCH_INFO(parameter.key());
    at::Tensor first = parameter.value().flatten()[0];
    const double value = first.template item<double>();
    first.fill_(value + h);
    const double above = f().template item<double>();
    first.fill_(value - h);
    const double below = f().template item<double>();
    first.fill_(value);
    CATCH_CHECK_THAT(parameter.value().grad().flatten()[0].template item<double>(),
                     WithinAbs((above - below) / (2 * h), 1e-8));
  }
}

}  // namespace

CATCH_TEST_CASE("the loss is the mean squared distance from x1 - z0 at the point of the straight line", "[flow]") {
  const Problem p;
  const fm::FlowMatchingLoss loss(fm::FlowOptions{});
  const at::Tensor t = p.t.view({4, 1, 1});
  const at::Tensor predicted = p.net->forward((1 - t) * p.z0 + t * p.x1, p.t.unsqueeze(1), p.condition);
  const double expected = (predicted - (p.x1 - p.z0)).square().mean().item<double>();
  CATCH_CHECK_THAT(loss.forward(*p.net, p.x1, p.z0, p.t, p.condition).item<double>(), WithinAbs(expected, 1e-14));
}

CATCH_TEST_CASE("the loss's gradient agrees with finite differences", "[flow]") {
  Problem p;
  const fm::FlowMatchingLoss loss(fm::FlowOptions{});
  check_gradients(*p.net, [&] { return loss.forward(*p.net, p.x1, p.z0, p.t, p.condition); });
}

CATCH_TEST_CASE("the gradient through the sampler agrees with finite differences", "[flow]") {
  for (const std::string& solver : fm::solver_names()) {
    CATCH_INFO(solver);
    Problem p;
    // A tolerance that every first step meets: the gradient does not cover the decision to accept a step.
    const fm::OdeSampler sampler({.solver = solver, .steps = 3, .adaptive = {.rtol = 10, .atol = 10}});
    check_gradients(*p.net, [&] { return sampler.forward(*p.net, p.z0, p.condition).z.square().sum(); });
  }
}
