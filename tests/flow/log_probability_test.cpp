#include "libfm/flow/log_probability.hpp"

#include "libfm/flow/learned_flow.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

using Catch::Matchers::WithinAbs;

namespace {

double largest_error(const fm::test::Mixture& data, const fm::FlowOptions& flow, const at::Tensor& expected,
                     const at::Tensor& x) {
  const fm::test::MixtureNet net(data, flow);
  const fm::Prediction prediction(flow);
  const fm::Condition condition;
  const fm::LearnedFlow learned(net, prediction, condition);
  const auto velocity = [&](const at::Tensor& z, const at::Tensor& t) { return learned.velocity(z, t); };
  const at::Tensor log_p =
      fm::log_probability(velocity, x, fm::TimeGrid::uniform(80), fm::find_solver("dopri5"), fm::exact_divergence);
  return (log_p - expected).abs().max().item<double>();
}

}  // namespace

CATCH_TEST_CASE("the log-probability is the analytic one", "[flow]") {
  for (const std::int64_t dimensions : {1, 2, 4}) {
    for (const auto& data : {fm::test::gaussian(dimensions), fm::test::mixture(dimensions)}) {
      const at::Tensor x = data.sample(20, 5);
      const at::Tensor expected = data.log_density(x.flatten(1));
      for (const char* path : {"linear", "cosine", "polynomial"}) {
        CATCH_INFO(path << " " << dimensions);
        CATCH_CHECK(largest_error(data, {.path = {.name = path}}, expected, x) < 1e-5);
      }
    }
  }
}

CATCH_TEST_CASE("with noise left at the end, the log-probability is that of the blurred data", "[flow]") {
  const auto data = fm::test::mixture(2);
  const double left = 0.1;
  const fm::test::Mixture blurred{data.weights, data.means, (data.deviations.square() + left * left).sqrt()};
  const at::Tensor x = data.sample(20, 5);
  const fm::FlowOptions flow{.path = {.name = "linear", .linear = {.sigma_min = left}}};
  CATCH_CHECK(largest_error(data, flow, blurred.log_density(x.flatten(1)), x) < 1e-5);
}

CATCH_TEST_CASE("the log-probability integrates to one", "[flow]") {
  // By the trapezoidal rule, which converges at once on a density that vanishes at both ends.
  const auto data = fm::test::mixture(1);
  const fm::test::MixtureNet net(data, {});
  const auto velocity = [&](const at::Tensor& z, const at::Tensor& t) { return net.forward(z, t.unsqueeze(1), {}); };
  constexpr int n = 401;
  at::Tensor x = at::empty({n, 1, 1}, at::kDouble);
  for (int i = 0; i < n; ++i) x[i] = -5.0 + 10.0 * i / (n - 1);
  const at::Tensor log_p =
      fm::log_probability(velocity, x, fm::TimeGrid::uniform(100), fm::find_solver("rk4"), fm::exact_divergence);
  CATCH_CHECK_THAT(log_p.exp().sum().item<double>() * 10.0 / (n - 1), WithinAbs(1.0, 1e-5));
}

CATCH_TEST_CASE("Hutchinson's estimate is unbiased, and its variance falls as 1 / K", "[flow]") {
  // v = M z with a fixed M: the divergence is its trace, and with Gaussian probes the variance of one estimate is
  // |M + M'|^2 / 2 (Frobenius).
  constexpr int n = 4000, d = 5;
  const at::Tensor m = fm::test::normal({d, d}, 7);
  const auto velocity = [&](const at::Tensor& z, const at::Tensor&) { return z.matmul(m.t()); };
  const at::Tensor z = fm::test::normal({n, d}, 8), t = at::ones({n}, at::kDouble);
  const double trace = m.trace().item<double>(), variance = 0.5 * (m + m.t()).square().sum().item<double>();
  CATCH_CHECK((fm::exact_divergence(velocity, z, t).value - trace).abs().max().item<double>() < 1e-12);
  for (const std::int64_t k : {1, 4, 16}) {
    const at::Tensor estimate = fm::estimated_divergence(velocity, z, t, fm::test::normal({k, n, d}, 9)).value;
    const double expected = variance / static_cast<double>(k);
    CATCH_CHECK_THAT(estimate.mean().item<double>(), WithinAbs(trace, 5 * std::sqrt(expected / n)));
    // The fourth moment of a quadratic form in normals is above the normal's: at most 15 variances squared.
    CATCH_CHECK_THAT(estimate.var().item<double>() / expected, WithinAbs(1.0, 5 * std::sqrt(14.0 / n)));
  }
}
