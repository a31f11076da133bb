// Flow maps of a Gaussian target N(m, s^2) on the linear path, where the flow is known: with q = t^2 s^2 + (1 - t)^2 it
// carries z from t to r as phi = r m + sqrt(q_r / q_t) (z - t m), so that the mean velocity is (phi - z) / (r - t).

#include "libfm/flow/flow_map_sampler.hpp"
#include "libfm/flow/mean_flow_loss.hpp"
#include "libfm/flow/shortcut_loss.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

namespace {

constexpr double map_mean = 0.8, map_deviation = 0.5;

at::Tensor variance(const at::Tensor& t) { return t.square() * (map_deviation * map_deviation) + (1 - t).square(); }

at::Tensor exact_velocity(const at::Tensor& z, const at::Tensor& t) {
  return map_mean + (t * (map_deviation * map_deviation) - (1 - t)) / variance(t) * (z - t * map_mean);
}

class GaussianMap final : public fm::VelocityNet {
 public:
  explicit GaussianMap(double factor = 1.0) : factor_(factor) {}

 private:
  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const fm::Condition&) const override {
    const at::Tensor t = times.select(1, 0).view({-1, 1, 1}), length = times.select(1, 1).view({-1, 1, 1});
    const at::Tensor end = t + length;
    const at::Tensor phi = end * map_mean + (variance(end) / variance(t)).sqrt() * (z - t * map_mean);
    const at::Tensor still = length == 0;
    return factor_ *
           at::where(still, exact_velocity(z, t), (phi - z) / at::where(still, at::ones_like(length), length));
  }

  double factor_;
};

struct Starts {
  at::Tensor z, t, s;
};

Starts starts() {
  const at::Tensor a = at::tensor({0.0, 0.1, 0.3, 0.5}, at::kDouble),
                   b = at::tensor({1.0, 0.6, 0.4, 0.95}, at::kDouble);
  return {fm::test::normal({4, 1, 1}, 1), a, b};
}

double largest_entry(const at::Tensor& x) { return x.abs().max().item<double>(); }

}  // namespace

CATCH_TEST_CASE("the exact mean velocity satisfies the mean flow identity", "[flow]") {
  const Starts a = starts();
  const at::Tensor v = exact_velocity(a.z, a.t.view({4, 1, 1}));
  const fm::MeanFlowIdentity identity = fm::mean_flow_identity(GaussianMap(), a.z, v, a.t, a.s, {});
  CATCH_CHECK(largest_entry(identity.u - identity.target) < 1e-12);
  const fm::MeanFlowIdentity wrong = fm::mean_flow_identity(GaussianMap(1.1), a.z, v, a.t, a.s, {});
  CATCH_CHECK(largest_entry(wrong.u - wrong.target) > 1e-2);
}

CATCH_TEST_CASE("the mean flow target equals finite differences, for a network", "[flow]") {
  const auto net = fm::make_network({.mlp = {{16, 16}}, .time_embedding = 8},
                                    {.actions = 2, .observations = 3, .times = 2}, {1, "init"});
  net->to(at::kDouble);
  const at::NoGradGuard no_grad;
  std::uint64_t i = 0;
  for (at::Tensor& p : net->parameters()) p.copy_(0.4 * fm::test::normal(p.sizes(), ++i));
  const Starts a = starts();
  const at::Tensor z = fm::test::normal({4, 1, 2}, 2), v = fm::test::normal({4, 1, 2}, 3);
  const fm::Condition condition{.observations = fm::test::normal({4, 1, 3}, 4)};
  const fm::MeanFlowIdentity identity = fm::mean_flow_identity(*net, z, v, a.t, a.s, condition);
  constexpr double h = 1e-6;
  const auto u = [&](double step) { return fm::mean_velocity(*net, z + step * v, a.t + step, a.s, condition); };
  const at::Tensor along = (u(h) - u(-h)) / (2 * h);
  CATCH_CHECK(largest_entry(identity.u - u(0)) < 1e-12);
  CATCH_CHECK(largest_entry(identity.target - (v + (a.s - a.t).view({4, 1, 1}) * along)) < 1e-7);
}

CATCH_TEST_CASE("the mean flow loss is differentiable, with its target held fixed", "[flow]") {
  // u = w z: du/dt = w v, so that the loss with p = 0 is (w z - v - (s - t) w v)^2, and only the first w
  // is differentiated.
  class Scaled final : public fm::VelocityNet {
   public:
    at::Tensor w = at::tensor(0.7, at::kDouble).requires_grad_();

   private:
    at::Tensor output(const at::Tensor& z, const at::Tensor&, const fm::Condition&) const override { return w * z; }
  };
  const Scaled net;
  const at::Tensor x1 = fm::test::normal({4, 1, 1}, 1), z0 = fm::test::normal({4, 1, 1}, 2);
  const Starts a = starts();
  const fm::MeanFlowLoss loss(fm::make_path({}), 0.0);
  loss.forward(net, x1, z0, a.t, a.s, {}).backward();
  const at::NoGradGuard no_grad;
  const at::Tensor t = a.t.view({4, 1, 1}), z = t * x1 + (1 - t) * z0, v = x1 - z0;
  const at::Tensor error = net.w * z - (v + (a.s.view({4, 1, 1}) - t) * net.w * v);
  CATCH_CHECK(largest_entry(net.w.grad() - (2 * error * z).mean()) < 1e-12);
}

CATCH_TEST_CASE("the exact map has no shortcut error on any step, a wrong one has", "[flow]") {
  const at::Tensor x1 = fm::test::normal({4, 1, 1}, 1), z0 = fm::test::normal({4, 1, 1}, 2);
  const at::Tensor t = at::tensor({0.0, 0.25, 0.5, 0.0}, at::kDouble),
                   d = at::tensor({0.5, 0.25, 0.125, 0.25}, at::kDouble);
  const fm::ShortcutLoss loss(fm::make_path({}), 1.0 / 64);
  CATCH_CHECK(loss.forward(GaussianMap(), x1, z0, t, d, {}).item<double>() < 1e-24);
  CATCH_CHECK(loss.forward(GaussianMap(1.1), x1, z0, t, d, {}).item<double>() > 1e-4);
}

CATCH_TEST_CASE("the shortest half steps use the instantaneous velocity, longer ones the learned steps", "[flow]") {
  class LengthAsked final : public fm::VelocityNet {
    at::Tensor output(const at::Tensor& z, const at::Tensor& times, const fm::Condition&) const override {
      return 0 * z + times.select(1, 1).view({-1, 1, 1});
    }
  };
  const at::Tensor x = at::zeros({1, 1, 1}, at::kDouble), t = at::zeros({1}, at::kDouble);
  const fm::ShortcutLoss loss(fm::make_path({}), 0.125);
  for (const auto& [d, asked] : {std::pair(0.125, 0.0), std::pair(0.25, 0.25)}) {
    const double value = loss.forward(LengthAsked(), x, x, t, at::full({1}, d, at::kDouble), {}).item<double>();
    CATCH_CHECK(std::abs(value - (2 * d - asked) * (2 * d - asked)) < 1e-12);
  }
}

CATCH_TEST_CASE("the shortcut loss on steps of length 0 is that of flow matching", "[flow]") {
  const at::Tensor x1 = fm::test::normal({50, 1, 1}, 1), z0 = fm::test::normal({50, 1, 1}, 2);
  const at::Tensor t = at::empty({50}, at::kDouble).copy_(fm::test::normal({50}, 3).sigmoid());
  const fm::ShortcutLoss loss(fm::make_path({}), 1.0 / 64);
  const at::Tensor z = t.view({-1, 1, 1}) * x1 + (1 - t.view({-1, 1, 1})) * z0;
  const at::Tensor expected = (exact_velocity(z, t.view({-1, 1, 1})) - (x1 - z0)).square().mean();
  CATCH_CHECK(largest_entry(loss.forward(GaussianMap(), x1, z0, t, at::zeros_like(t), {}) - expected) < 1e-12);
}

CATCH_TEST_CASE("a flow map's samples are exact in any number of steps", "[flow]") {
  const at::Tensor z0 = fm::test::normal({10, 1, 1}, 1);
  for (const int steps : {1, 2, 7}) {
    const GaussianMap net;
    const at::Tensor z1 = fm::FlowMapSampler({.steps = steps}).forward(net, z0, {});
    CATCH_CHECK(largest_entry(z1 - (map_mean + map_deviation * z0)) < 1e-12);
    CATCH_CHECK(net.evaluations() == steps);
  }
}
