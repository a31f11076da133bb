// Every path, target and solver against mixtures of Gaussians, whose velocity is known. Sampling begins with the path's
// own law at the interval's begin, so that what is measured is the solver and the conversions; what beginning with
// noise alone leaves out has tests of its own.

#include "libfm/core/parallel.hpp"
#include "libfm/flow/ode_sampler.hpp"
#include "libfm/flow/sde_sampler.hpp"
#include "libfm/nn/device.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include <cmath>

using Catch::Matchers::WithinAbs;
using fm::test::Mixture;

namespace {

/// The largest deviation of the samples' means and covariances from the truth, in standard errors of each.
double deviation(const at::Tensor& samples, const Mixture& truth) {
  const at::Tensor x = samples.flatten(1) - truth.mean();
  const at::Tensor products = (x.unsqueeze(2) * x.unsqueeze(1)).flatten(1) - truth.covariance().flatten();
  const at::Tensor moments = at::cat({x, products}, 1);
  const double root = std::sqrt(static_cast<double>(x.size(0)));
  return (moments.mean(0) / (moments.std(0) / root)).abs().max().item<double>();
}

/// Of n samples, those of one block: its numbers are in cache, and blocks run side by side.
at::Tensor sample_block(const Mixture& data, const fm::FlowOptions& flow, const fm::SamplerOptions& options,
                        std::int64_t n, std::uint64_t block) {
  const fm::test::MixtureNet net(data, flow);
  const fm::Prediction prediction(flow);
  const auto point = fm::path_at(flow.path, prediction.interval().begin);
  const at::Tensor noise = fm::test::normal({n, 1, data.dimensions()}, 3 * block);
  // The sampler multiplies by sigma: this carries alpha x1 past it.
  const at::Tensor z0 = noise + point.alpha / point.sigma * data.sample(n, 3 * block + 1);
  if (options.solver != fm::euler_maruyama) return fm::OdeSampler(options, flow).forward(net, z0, {}).z;
  const at::Tensor increments = fm::test::normal({n, options.steps, 1, data.dimensions()}, 3 * block + 2);
  return fm::SdeSampler(options, flow).forward(net, z0, increments, {}).z;
}

at::Tensor samples(const Mixture& data, const fm::FlowOptions& flow, const fm::SamplerOptions& options,
                   std::int64_t n) {
  constexpr std::int64_t rows = 1000;
  const fm::SerialOperations serial;
  std::vector<at::Tensor> blocks(static_cast<std::size_t>(n / rows));
  fm::for_each_block(n, rows, [&](std::int64_t begin, std::int64_t end) {
    const auto block = static_cast<std::uint64_t>(begin / rows);
    blocks[block] = sample_block(data, flow, options, end - begin, block);
  });
  return at::cat(blocks);
}

/// Steps are doubled until the error no longer halves; it must then be within 5 standard errors.
void check_law(const Mixture& data, std::int64_t n, int most_steps) {
  for (const std::string& path : fm::path_names()) {
    for (const std::string& target : fm::target_names()) {
      for (const std::string& solver : fm::sampler_names()) {
        const fm::FlowOptions flow{.path = {.name = path}, .target = target};
        double error = INFINITY, before = INFINITY;
        int steps = 8;
        do {
          steps *= 2;
          before = error;
          error = deviation(samples(data, flow, {.solver = solver, .steps = steps}, n), data);
        } while ((error < before / 2 || error > 5) && steps < most_steps);
        CATCH_INFO(fmt::format("{} {} {} in {} dimensions, {} steps: {:.2f} standard errors", path, target, solver,
                               data.dimensions(), steps, error));
        CATCH_CHECK(error < 5);
      }
    }
  }
}

}  // namespace

CATCH_TEST_CASE("every path, target and solver has the mixture's mean and covariance", "[flow]") {
  check_law(fm::test::mixture(2), 1000, 512);
}

CATCH_TEST_CASE("the same with 100,000 samples of Gaussians and mixtures in 1, 2 and 8 dimensions", "[.whole]") {
  for (const std::int64_t dimensions : {1, 2, 8}) {
    check_law(fm::test::gaussian(dimensions), 100000, 4096);
    check_law(fm::test::mixture(dimensions), 100000, 4096);
  }
}

CATCH_TEST_CASE("the marginals of ODE and SDE are the path's law on the way, too", "[flow]") {
  constexpr int n = 20000;
  const Mixture data = fm::test::mixture(1);
  const fm::FlowOptions flow;
  const fm::test::MixtureNet net(data, flow);
  const at::Tensor z0 = fm::test::normal({n, 1, 1}, 1);
  for (const double noise : {0.0, 0.5, 2.0}) {
    constexpr int steps = 200;
    const fm::SdeSampler sampler({.solver = fm::euler_maruyama, .steps = steps, .euler_maruyama = {noise}}, flow);
    const auto solution = sampler.forward(net, z0, fm::test::normal({n, steps, 1, 1}, 3), {}, fm::Record::trajectory);
    for (const int i : {50, 100, 150, 200}) {
      const double t = solution.times[static_cast<std::size_t>(i)];
      const Mixture law{data.weights, t * data.means, (t * t * data.deviations.square() + (1 - t) * (1 - t)).sqrt()};
      CATCH_INFO(fmt::format("noise {} time {}", noise, t));
      CATCH_CHECK(deviation(solution.trajectory[static_cast<std::size_t>(i)], law) < 5);
    }
  }
}

CATCH_TEST_CASE("what beginning with noise alone leaves out is what the closed form says", "[flow]") {
  // A Gaussian N(m, s^2) under the variance exploding path: the flow maps z(0) - m by the ratio of the deviations, so
  // that a start without the data's mean ends beside it by m ratio.
  const double m = 0.8, s = 0.5;
  const Mixture data{at::ones({1}, at::kDouble), at::full({1, 1}, m, at::kDouble), at::full({1, 1}, s, at::kDouble)};
  const fm::FlowOptions flow{.path = {.name = "variance_exploding"}};
  const fm::test::MixtureNet net(data, flow);
  const auto begin = fm::path_at(flow.path, 0.0), end = fm::path_at(flow.path, 1.0);
  const double ratio = std::sqrt((s * s + end.sigma * end.sigma) / (s * s + begin.sigma * begin.sigma));
  const at::Tensor z0 = fm::test::normal({5, 1, 1}, 1);
  const at::Tensor z1 = fm::OdeSampler({.solver = "rk4", .steps = 400}, flow).forward(net, z0, {}).z;
  CATCH_CHECK((z1 - (m + ratio * (begin.sigma * z0 - m))).abs().max().item<double>() < 1e-6);
}

CATCH_TEST_CASE("temperature scales the noise that sampling begins with", "[flow]") {
  const Mixture data = fm::test::gaussian(2);
  const fm::test::MixtureNet net(data, {});
  const at::Tensor z0 = fm::test::normal({5, 1, 2}, 1);
  const at::Tensor cold = fm::OdeSampler({.solver = "rk4", .steps = 100, .temperature = 0.25}).forward(net, z0, {}).z;
  CATCH_CHECK((cold - (data.means + 0.25 * data.deviations * z0)).abs().max().item<double>() < 1e-6);
}

CATCH_TEST_CASE("a refined guess is the guess noised to its time and carried on", "[flow]") {
  const Mixture data = fm::test::gaussian(1);
  const fm::test::MixtureNet net(data, {});
  const at::Tensor z0 = fm::test::normal({5, 1, 1}, 1), guess = at::full({5, 1, 1}, 0.7, at::kDouble);
  const double t = 0.4;
  const fm::OdeSampler sampler({.solver = "rk4", .steps = 100});
  // On a Gaussian: x = m + s (z - t m) / sqrt(t^2 s^2 + (1 - t)^2).
  const double m = 0.8, s = 0.5;
  const at::Tensor z = t * guess + (1 - t) * z0;
  const at::Tensor expected = m + s * (z - t * m) / std::sqrt(t * t * s * s + (1 - t) * (1 - t));
  CATCH_CHECK((sampler.refine(net, z0, guess, t, {}) - expected).abs().max().item<double>() < 1e-6);
  CATCH_CHECK(net.evaluations() == 4 * 60);
}
