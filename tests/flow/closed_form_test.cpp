// Every path, target and solver against mixtures of Gaussians, whose velocity is known. Sampling starts from the path's
// exact distribution at the start of the interval, so that only the solver and the conversions are measured; the error
// from starting with pure noise has its own tests.

#include "libfm/core/parallel.hpp"
#include "libfm/flow/ode_sampler.hpp"
#include "libfm/flow/sde_sampler.hpp"
#include "libfm/nn/device.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

using Catch::Matchers::WithinAbs;
using fm::test::Mixture;

namespace {

/// MixtureNet's output computed by a plain loop, five times faster; without gradients.
class MixtureLoop final : public fm::VelocityNet {
 public:
  MixtureLoop(const Mixture& data, const fm::FlowOptions& options)
      : path_(options.path), target_(fm::find_target(options.target)), components_(data.means.size(0)),
        dimensions_(data.dimensions()), log_weights_(numbers(data.weights.log())), means_(numbers(data.means)),
        deviations_(numbers(data.deviations)),
        grows_(fm::path_at(path_, fm::closed_interval(path_, target_).begin).sigma > 1.0) {}

 private:
  static std::vector<double> numbers(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.contiguous();
    return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
  }

  /// The components at a time; most rows have the same time as the previous row.
  struct Moment {
    double t = -1.0;
    fm::PathPoint<double> point;
    double scale = 1.0;
    std::vector<double> log_share, precision, x1_slope;  ///< (K), (K, D), (K, D)
  };

  void move_to(double t, Moment& m) const {
    m.t = t;
    m.point = fm::path_at(path_, t);
    m.scale = grows_ ? std::hypot(m.point.alpha, m.point.sigma) : 1.0;
    m.log_share = log_weights_;
    m.precision.resize(means_.size());
    m.x1_slope.resize(means_.size());
    for (std::size_t i = 0; i < means_.size(); ++i) {
      const double variance = deviations_[i] * deviations_[i];
      const double q = m.point.alpha * m.point.alpha * variance + m.point.sigma * m.point.sigma;
      m.precision[i] = 1.0 / q;
      m.x1_slope[i] = m.point.alpha * variance / q;
      m.log_share[i / dimensions_] -= 0.5 * std::log(q);
    }
  }

  at::Tensor output(const at::Tensor& input, const at::Tensor& times, const fm::Condition&) const override {
    const at::Tensor x = input.contiguous(), t = times.select(1, 0).contiguous(), output = at::empty_like(x);
    const double *in = x.const_data_ptr<double>(), *at_time = t.const_data_ptr<double>();
    double* out = output.mutable_data_ptr<double>();
    Moment m;
    std::vector<double> share(components_), x1(dimensions_), z0(dimensions_);
    for (std::int64_t row = 0; row < x.size(0); ++row, in += dimensions_, out += dimensions_) {
      if (at_time[row] != m.t) move_to(at_time[row], m);
      double highest = -INFINITY, total = 0.0;
      for (std::size_t k = 0; k < components_; ++k) {
        double squares = 0.0;
        for (std::size_t j = 0; j < dimensions_; ++j) {
          const double d = in[j] * m.scale - m.point.alpha * means_[k * dimensions_ + j];
          squares += d * d * m.precision[k * dimensions_ + j];
        }
        share[k] = m.log_share[k] - 0.5 * squares;
        highest = std::max(highest, share[k]);
      }
      for (double& s : share) total += s = std::exp(s - highest);
      std::fill(x1.begin(), x1.end(), 0.0);
      std::fill(z0.begin(), z0.end(), 0.0);
      for (std::size_t k = 0; k < components_; ++k) {
        for (std::size_t j = 0; j < dimensions_; ++j) {
          const std::size_t i = k * dimensions_ + j;
          const double d = in[j] * m.scale - m.point.alpha * means_[i];
          x1[j] += share[k] / total * (means_[i] + m.x1_slope[i] * d);
          z0[j] += share[k] / total * m.point.sigma * m.precision[i] * d;
        }
      }
      for (std::size_t j = 0; j < dimensions_; ++j) out[j] = predicted(m.point, x1[j], z0[j]);
    }
    return output;
  }

  double predicted(const fm::PathPoint<double>& p, double x1, double z0) const {
    if (target_ == fm::Target::velocity) return p.alpha_dot * x1 + p.sigma_dot * z0;
    if (target_ == fm::Target::data) return x1;
    return target_ == fm::Target::noise ? z0 : -z0 / p.sigma;
  }

  fm::PathOptions path_;
  fm::Target target_;
  std::size_t components_, dimensions_;
  std::vector<double> log_weights_, means_, deviations_;
  bool grows_;
};

/// The largest deviation of the samples' means and covariances from the truth, in standard errors of each.
double deviation(const at::Tensor& samples, const Mixture& truth) {
  const at::Tensor x = samples.flatten(1) - truth.mean();
  const at::Tensor products = (x.unsqueeze(2) * x.unsqueeze(1)).flatten(1) - truth.covariance().flatten();
  const at::Tensor moments = at::cat({x, products}, 1);
  const double root = std::sqrt(static_cast<double>(x.size(0)));
  return (moments.mean(0) / (moments.std(0) / root)).abs().max().item<double>();
}

/// One block of the n samples: small enough for the cache, and run in parallel with the others.
at::Tensor sample_block(const Mixture& data, const fm::FlowOptions& flow, const fm::SamplerOptions& options,
                        std::int64_t n, std::uint64_t block) {
  const MixtureLoop net(data, flow);
  const fm::Prediction prediction(flow);
  const auto point = fm::path_at(flow.path, prediction.interval().begin);
  const at::Tensor noise = fm::test::normal({n, 1, data.dimensions()}, 3 * block);
  // Compensates for the sampler's multiplication by sigma, so that z includes alpha x1.
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
void check_samples(const std::string& path, const Mixture& data, std::int64_t n, int most_steps) {
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

}  // namespace

CATCH_TEST_CASE("the loop and the tensor implementation of the mixture agree", "[flow]") {
  const Mixture data = fm::test::mixture(8);
  const at::Tensor z = fm::test::normal({100, 1, 8}, 1), times = at::linspace(0.05, 0.95, 100, at::kDouble);
  for (const std::string& path : fm::path_names()) {
    for (const std::string& target : fm::target_names()) {
      const fm::FlowOptions flow{.path = {.name = path}, .target = target};
      const auto of = [&](const fm::VelocityNet& net) { return net.forward(z, times.unsqueeze(1), {}); };
      const at::Tensor tensors = of(fm::test::MixtureNet(data, flow)), loop = of(MixtureLoop(data, flow));
      CATCH_CHECK((tensors - loop).abs().max().item<double>() < 1e-12 * tensors.abs().max().item<double>());
    }
  }
}

CATCH_TEST_CASE("every path, target and solver reproduces the mixture's mean and covariance", "[flow]") {
  for (const std::string& path : fm::path_names()) check_samples(path, fm::test::mixture(2), 1000, 512);
}

CATCH_TEST_CASE("the same with 100,000 samples of Gaussians and mixtures in 1, 2 and 8 dimensions", "[.whole]") {
  for (const std::int64_t dimensions : {1, 2, 8}) {
    for (const auto& [name, make_data] :
         {std::pair{"Gaussian", &fm::test::gaussian}, std::pair{"mixture", &fm::test::mixture}}) {
      for (const std::string& path : fm::path_names()) {
        CATCH_SECTION(fmt::format("{} {} {}", name, dimensions, path)) {
          check_samples(path, make_data(dimensions), 100000, 4096);
        }
      }
    }
  }
}

CATCH_TEST_CASE("a network's error is not amplified at the ends of a path", "[flow]") {
  class Erring final : public fm::VelocityNet {
   public:
    Erring(const Mixture& data, const fm::FlowOptions& flow, double error)
        : exact_(data, flow), prediction_(flow), error_(error) {}

   private:
    at::Tensor output(const at::Tensor& z, const at::Tensor& times, const fm::Condition& condition) const override {
      const at::Tensor exact = exact_.forward(z, times, condition), unit = at::ones_like(exact);
      return exact + error_ * unit / prediction_.scaled_output(prediction_.at(times.select(1, 0)), unit);
    }

    fm::test::MixtureNet exact_;
    fm::Prediction prediction_;
    double error_;  ///< in the scale of the target
  };
  constexpr double error = 0.01;
  const Mixture data = fm::test::mixture(1);
  const at::Tensor z0 = fm::test::normal({100, 1, 1}, 1);
  const at::NoGradGuard no_grad;
  for (const std::string& path : fm::path_names()) {
    for (const std::string& target : fm::target_names()) {
      for (const char* solver : {"euler", "midpoint", "heun", "rk4"}) {
        const fm::FlowOptions flow{.path = {.name = path}, .target = target};
        const fm::OdeSampler sampler({.solver = solver, .steps = 20}, flow);
        const auto sampled = [&](double e) { return sampler.forward(Erring(data, flow, e), z0, {}).z; };
        const double grown = (sampled(error) - sampled(0.0)).abs().mean().item<double>() / error;
        CATCH_INFO(fmt::format("{} {} {}: {:.1f} times", path, target, solver, grown));
        CATCH_CHECK(grown < 20);
      }
    }
  }
}

CATCH_TEST_CASE("ODE and SDE have the path's marginals at intermediate times", "[flow]") {
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
      const Mixture marginal{data.weights, t * data.means,
                             (t * t * data.deviations.square() + (1 - t) * (1 - t)).sqrt()};
      CATCH_INFO(fmt::format("noise {} time {}", noise, t));
      CATCH_CHECK(deviation(solution.trajectory[static_cast<std::size_t>(i)], marginal) < 5);
    }
  }
}

CATCH_TEST_CASE("the bias from starting with pure noise matches its closed form", "[flow]") {
  // A Gaussian N(m, s^2) under the variance exploding path: the flow maps z(0) - m by the ratio of the deviations, so
  // that a start without the data's mean ends with an offset of m times that ratio.
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

CATCH_TEST_CASE("temperature scales the initial noise", "[flow]") {
  const Mixture data = fm::test::gaussian(2);
  const fm::test::MixtureNet net(data, {});
  const at::Tensor z0 = fm::test::normal({5, 1, 2}, 1);
  const at::Tensor cold = fm::OdeSampler({.solver = "rk4", .steps = 100, .temperature = 0.25}).forward(net, z0, {}).z;
  CATCH_CHECK((cold - (data.means + 0.25 * data.deviations * z0)).abs().max().item<double>() < 1e-6);
}

CATCH_TEST_CASE("refining noises the guess to its time and integrates from there", "[flow]") {
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
