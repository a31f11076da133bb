// Policies whose density is known: the mixture head and the coupling-layer flow.

#include "libfm/policy/gaussian_model.hpp"
#include "libfm/policy/normalising_flow_model.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/slogdet.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

at::Tensor standard_normal(at::IntArrayRef sizes, std::uint64_t seed) {
  at::Tensor values = at::empty(sizes, at::kDouble);
  fm::Draws draws = fm::RandomStream(seed, "normal").at(0);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = draws.normal();
  return values;
}

fm::PolicyDescription described(const std::string& name, int actions, int horizon) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = name;
  d.policy.horizon.prediction = horizon;
  d.spec.actions.assign(static_cast<std::size_t>(actions), d.spec.actions.front());
  d.actions = {std::vector<double>(static_cast<std::size_t>(actions), 0.0),
               std::vector<double>(static_cast<std::size_t>(actions), 1.0)};
  return d;
}

/// With random weights, so that every part has an effect.
template <class Model>
std::shared_ptr<Model> shaken(const fm::PolicyDescription& d, double amount) {
  auto model = std::make_shared<Model>(d, fm::RandomStream(1, "init"));
  model->to(at::kDouble);
  const at::NoGradGuard no_grad;
  std::uint64_t i = 0;
  for (at::Tensor& p : model->parameters()) p.copy_(amount * standard_normal(p.sizes(), ++i));
  return model;
}

fm::Condition one_condition(const fm::PolicyModel& model, std::int64_t n) {
  const at::Tensor observation = at::tensor({0.3, -0.9, 2.0}, at::kDouble).view({1, 1, 3}).expand({n, 1, 3});
  return model.condition(observation, at::zeros({n, 0}, at::kDouble));
}

}  // namespace

CATCH_TEST_CASE("the mixture head's samples follow its density", "[gaussian]") {
  const at::NoGradGuard no_grad;
  const auto model = shaken<fm::GaussianModel>(described("gaussian", 1, 1), 0.3);
  // The distribution function by the trapezoidal rule against that of the samples (Kolmogorov-Smirnov).
  constexpr int n = 5000, points = 40001;
  const at::Tensor grid = at::linspace(-40, 40, points, at::kDouble);
  const at::Tensor density =
      model->log_probability(one_condition(*model, points), grid.view({points, 1, 1})).exp().contiguous();
  std::vector<double> below(points);
  for (int i = 1; i < points; ++i) {
    below[i] =
        below[i - 1] + 0.5 * (density.data_ptr<double>()[i] + density.data_ptr<double>()[i - 1]) * 80 / (points - 1);
  }
  CATCH_CHECK_THAT(below.back(), WithinAbs(1.0, 1e-6));
  at::Tensor samples = model->sample(one_condition(*model, n), standard_normal({n, 2, 1, 1}, 3)).flatten().contiguous();
  std::sort(samples.data_ptr<double>(), samples.data_ptr<double>() + n);
  double largest = 0;
  for (int i = 0; i < n; ++i) {
    const double at = (samples.data_ptr<double>()[i] + 40) / 80 * (points - 1);
    const double expected = below[static_cast<std::size_t>(std::clamp(at, 0.0, points - 1.0))];
    largest = std::max({largest, std::abs(expected - i / static_cast<double>(n)), std::abs(expected - (i + 1.0) / n)});
  }
  CATCH_CHECK(largest < 1.95 / std::sqrt(n));  // exceeded with probability 0.1 %
}

CATCH_TEST_CASE("the mixture head's chunk has one component for all its numbers", "[gaussian]") {
  // If components were drawn independently for each number, the covariance across a chunk would be 0; with one
  // component it is that of the components' means, which integrating the density over a plane also gives.
  const at::NoGradGuard no_grad;
  const auto model = shaken<fm::GaussianModel>(described("gaussian", 1, 2), 0.3);
  constexpr int n = 40000, side = 401;
  const double reach = 25, cell = 2 * reach / (side - 1);
  const at::Tensor line = at::linspace(-reach, reach, side, at::kDouble);
  const at::Tensor plane = at::stack(
      {line.view({side, 1}).expand({side, side}).flatten(), line.view({1, side}).expand({side, side}).flatten()}, 1);
  const at::Tensor p =
      model->log_probability(one_condition(*model, side * side), plane.unsqueeze(-1)).exp() * cell * cell;
  CATCH_CHECK_THAT(p.sum().item<double>(), WithinAbs(1.0, 1e-3));
  const at::Tensor mean = (p.unsqueeze(1) * plane).sum(0);
  const double expected = (p * (plane - mean).prod(1)).sum().item<double>();
  const at::Tensor x = model->sample(one_condition(*model, n), standard_normal({n, 2, 2, 1}, 3)).flatten(1);
  const at::Tensor products = (x - x.mean(0)).prod(1);
  CATCH_CHECK_THAT(products.mean().item<double>(),
                   WithinAbs(expected, 5 * products.std().item<double>() / std::sqrt(n) + 2e-3));
}

CATCH_TEST_CASE("the coupling flow is invertible, with the right Jacobian determinant", "[normalising_flow]") {
  for (const auto& [actions, horizon] : {std::pair{1, 1}, std::pair{2, 1}, std::pair{3, 1}, std::pair{1, 4}}) {
    CATCH_INFO(actions << " actions, " << horizon << " steps");
    const auto model = shaken<fm::NormalisingFlowModel>(described("normalising_flow", actions, horizon), 0.3);
    const std::int64_t size = std::max(2, actions * horizon), n = 5;
    const at::Tensor c = one_condition(*model, n).observations.flatten(1);
    const at::Tensor z = standard_normal({n, size}, 1);
    const at::Tensor x = model->forward_map(z, c).detach().requires_grad_();
    const auto [back, log_determinant] = model->backward_map(x, c);
    CATCH_CHECK((back - z).abs().max().item<double>() < 1e-9);
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < size; ++i) {
      rows.push_back(torch::autograd::grad({back.select(1, i).sum()}, {x}, {}, true)[0]);
    }
    const at::Tensor expected = std::get<1>(at::slogdet(at::stack(rows, 1)));
    CATCH_CHECK((log_determinant - expected).abs().max().item<double>() < 1e-9);
  }
}

CATCH_TEST_CASE("the coupling flow's samples are its map of the noise", "[normalising_flow]") {
  const auto model = shaken<fm::NormalisingFlowModel>(described("normalising_flow", 2, 1), 0.3);
  const at::Tensor noise = standard_normal({7, 1, 1, 2}, 1);
  const fm::Condition condition = one_condition(*model, 7);
  const at::Tensor x = model->forward_map(noise.flatten(1), condition.observations.flatten(1));
  CATCH_CHECK(model->sample(condition, noise).flatten(1).equal(x));
}
