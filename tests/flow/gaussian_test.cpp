// Flow matching to a Gaussian target N(m, s^2), where everything is known in closed form.
//
// On the linear path z_t ~ N(t m, q) with q = t^2 s^2 + (1 - t)^2, and the marginal velocity is
//   v(z, t) = E[x1 - z0 | z_t = z] = m + (t s^2 - (1 - t)) / q * (z - t m).
// In one dimension its flow is the monotone map: z(1) = m + s z(0).

#include "libfm/flow/flow_matching_loss.hpp"
#include "libfm/flow/ode_sampler.hpp"

#include "libfm/core/random.hpp"

#include "tests/catch.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

constexpr double m = 0.8, s = 0.5;

/// The exact velocity, times a factor.
class GaussianVelocity final : public fm::VelocityNet {
 public:
  explicit GaussianVelocity(double factor = 1.0) : factor_(factor) {}

 private:
  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const fm::Condition&) const override {
    const at::Tensor t = times.unsqueeze(-1), q = t * t * (s * s) + (1 - t) * (1 - t);
    return (m + (t * (s * s) - (1 - t)) / q * (z - t * m)) * factor_;
  }

  double factor_;
};

struct Draws {
  at::Tensor x1, z0, t;
};

Draws draw(int n) {
  Draws d{at::empty({n, 1, 1}, at::kDouble), at::empty({n, 1, 1}, at::kDouble), at::empty({n}, at::kDouble)};
  fm::Draws numbers = fm::RandomStream(0, "gaussian").at(0);
  for (int i = 0; i < n; ++i) {
    d.x1.data_ptr<double>()[i] = m + s * numbers.normal();
    d.z0.data_ptr<double>()[i] = numbers.normal();
    d.t.data_ptr<double>()[i] = numbers.uniform();
  }
  return d;
}

/// int_0^1 Var(x1 - z0 | z_t) dt, the minimal loss: s^2 + 1 - (t s^2 - (1 - t))^2 / q, by Simpson's rule.
double least_loss() {
  constexpr int n = 1000;
  const auto variance = [](double t) {
    const double c = t * s * s - (1 - t), q = t * t * s * s + (1 - t) * (1 - t);
    return s * s + 1 - c * c / q;
  };
  double sum = variance(0) + variance(1);
  for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4 : 2) * variance(static_cast<double>(i) / n);
  return sum / (3.0 * n);
}

}  // namespace

CATCH_TEST_CASE("the exact velocity has the minimal loss", "[flow]") {
  constexpr int n = 100000;
  const Draws d = draw(n);
  const fm::FlowMatchingLoss loss(fm::FlowOptions{});
  const double exact = loss.forward(GaussianVelocity(), d.x1, d.z0, d.t, {}).item<double>();
  CATCH_CHECK_THAT(exact, WithinAbs(least_loss(), 5 * 1.5 / std::sqrt(n)));
  CATCH_CHECK(loss.forward(GaussianVelocity(0.95), d.x1, d.z0, d.t, {}).item<double>() > exact);
  CATCH_CHECK(loss.forward(GaussianVelocity(1.05), d.x1, d.z0, d.t, {}).item<double>() > exact);
}

CATCH_TEST_CASE("samples of the exact velocity follow the target distribution", "[flow]") {
  const at::Tensor z0 = draw(20000).z0;
  for (const std::string& solver : fm::solver_names()) {
    CATCH_INFO(solver);
    const fm::OdeSampler sampler({.solver = solver, .steps = 400});
    const at::Tensor z1 = sampler.forward(GaussianVelocity(), z0, {}).z;
    CATCH_CHECK((z1 - (m + s * z0)).abs().max().item<double>() < 0.02);
    CATCH_CHECK_THAT(z1.mean().item<double>(), WithinAbs(m, 5 * s / std::sqrt(20000)));
    CATCH_CHECK_THAT(z1.var().item<double>(), WithinAbs(s * s, 5 * s * s * std::sqrt(2.0 / 20000) + 0.002));
  }
}

CATCH_TEST_CASE("the sampler's grid is the one it was given", "[flow]") {
  const fm::OdeSampler sampler({.solver = "heun", .steps = 7});
  CATCH_CHECK(sampler.grid().steps() == 7);
  const GaussianVelocity net;
  const fm::OdeSolution solution = sampler.forward(net, at::zeros({2, 1, 1}), {});
  CATCH_CHECK(solution.nfe == 14);
  CATCH_CHECK(net.evaluations() == 14);
}
