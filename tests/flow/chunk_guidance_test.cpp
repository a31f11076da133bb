// Chunks that continue the last one: guided towards it, and with given actions, against closed forms.

#include "libfm/flow/chunk_guidance.hpp"
#include "libfm/flow/committed_actions.hpp"
#include "libfm/flow/flow_matching_loss.hpp"
#include "libfm/flow/ode_sampler.hpp"

#include "tests/catch.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace {

constexpr std::int64_t chunk = 4;  ///< H, of one action dimension

at::Tensor normal_numbers(at::IntArrayRef shape, std::uint64_t seed) {
  at::Tensor x = at::zeros(shape, at::kDouble);
  fm::Draws draws = fm::RandomStream(seed, "chunks").at(0);
  for (std::int64_t i = 0; i < x.numel(); ++i) x.view({-1})[i] = draws.normal();
  return x;
}

/// The flow of chunks x1 ~ N(0, S): E[x1 | z] = alpha S Q^-1 z, E[z0 | z] = sigma Q^-1 z, Q = alpha^2 S + sigma^2 I.
class GaussianChunks final : public fm::VelocityNet {
 public:
  GaussianChunks(const fm::FlowOptions& options, at::Tensor covariance)
      : path_(options.path), target_(fm::find_target(options.target)), covariance_(std::move(covariance)) {}

  /// dE[x1 | z] / dz, symmetric.
  at::Tensor jacobian(double t) const {
    const fm::PathPoint<double> p = fm::path_at(path_, t);
    return p.alpha * covariance_.matmul(precision(p));
  }

  mutable at::Tensor committed;  ///< what it was last told

 private:
  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const fm::Condition& condition) const override {
    committed = condition.committed;
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < z.size(0); ++i) rows.push_back(row_output(z[i], times[i][0].item<double>()));
    return at::stack(rows);
  }

  at::Tensor row_output(const at::Tensor& z, double t) const {
    const fm::PathPoint<double> p = fm::path_at(path_, t);
    const at::Tensor x1 = jacobian(t).matmul(z);
    if (target_ == fm::Target::data) return x1;
    return p.alpha_dot * x1 + (p.sigma_dot * p.sigma) * precision(p).matmul(z);
  }

  at::Tensor precision(const fm::PathPoint<double>& p) const {
    return at::linalg_inv(p.alpha * p.alpha * covariance_ + p.sigma * p.sigma * at::eye(chunk, at::kDouble));
  }

  fm::PathOptions path_;
  fm::Target target_;
  at::Tensor covariance_;
};

fm::Condition nothing_seen(std::int64_t rows) {
  return {.observations = at::zeros({rows, 1, 0}, at::kDouble), .goal = {}, .goal_mask = at::ones({rows}, at::kDouble)};
}

fm::FlowOptions flow_with(const std::string& path, const std::string& target = "velocity") {
  fm::FlowOptions flow;
  flow.path.name = path;
  flow.target = target;
  return flow;
}

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

}  // namespace

CATCH_TEST_CASE("weights are 1 for committed actions, fall over the overlap, and end with it", "[chunk_guidance]") {
  const std::vector<double> w = fm::overlap_weights(8, 2, 3);
  CATCH_REQUIRE(w.size() == 8);
  for (int i = 0; i < 8; ++i) {
    const double c = (8.0 - 3.0 - i) / (8.0 - 3.0 - 2.0 + 1.0);
    const double expected = i < 2 ? 1.0 : i < 5 ? c * (std::exp(c) - 1.0) / (std::exp(1.0) - 1.0) : 0.0;
    CATCH_CHECK(std::abs(w[static_cast<std::size_t>(i)] - expected) < 1e-12);
  }
  CATCH_CHECK(fm::overlap_weights(4, 2, 2) == std::vector<double>{1, 1, 0, 0});
  CATCH_CHECK(fm::overlap_weights(2, 0, 2) == std::vector<double>{0, 0});
}

CATCH_TEST_CASE("for standard normal chunks the guided velocity is that of the conditional flow", "[chunk_guidance]") {
  // Given x1 = y, z0 = (z - alpha y) / sigma, so that v = alpha' y + sigma' (z - alpha y) / sigma.
  constexpr std::int64_t rows = 5;
  const at::Tensor z = normal_numbers({rows, chunk, 1}, 1), y = normal_numbers({rows, chunk, 1}, 2);
  const at::Tensor given = at::tensor({1.0, 1.0, 0.0, 0.0}, at::kDouble).unsqueeze(1);
  const fm::Condition condition = nothing_seen(rows);
  for (const char* path : {"linear", "cosine", "polynomial", "variance_preserving"}) {
    for (const char* target : {"velocity", "data"}) {
      const fm::FlowOptions options = flow_with(path, target);
      const GaussianChunks net(options, at::eye(chunk, at::kDouble));
      const fm::Prediction prediction(options);
      const fm::LearnedFlow flow(net, prediction, condition);
      for (const double t : {0.2, 0.5, 0.9}) {
        CATCH_INFO(path << ", " << target << ", t = " << t);
        const at::Tensor times = at::full({rows}, t, at::kDouble);
        const fm::PathPoint<double> p = fm::path_at(options.path, t);
        const at::Tensor conditional = p.alpha_dot * y + p.sigma_dot / p.sigma * (z - p.alpha * y);
        const at::Tensor free = flow.velocity(z, times);
        const at::Tensor guided = fm::guided_velocity(flow, {y, given, 1e9}, z, times);
        const at::Tensor expected = at::cat({conditional.slice(1, 0, 2), free.slice(1, 2)}, 1);
        CATCH_CHECK(largest(guided - expected) < 1e-8);
        const at::Tensor clipped = fm::guided_velocity(flow, {y, given, 0.3}, z, times);
        CATCH_CHECK(
            largest((clipped - free) / 0.3 - (guided - free) / ((p.alpha_dot / p.alpha - p.sigma_dot / p.sigma) *
                                                                (p.alpha * p.alpha + p.sigma * p.sigma))) < 1e-8);
      }
    }
  }
}

CATCH_TEST_CASE("guidance moves correlated actions by the Jacobian of their estimate", "[chunk_guidance]") {
  constexpr std::int64_t rows = 3;
  const at::Tensor root = normal_numbers({chunk, chunk}, 3), covariance = root.matmul(root.t());
  const fm::FlowOptions options = flow_with("linear");
  const GaussianChunks net(options, covariance);
  const fm::Prediction prediction(options);
  const fm::Condition condition = nothing_seen(rows);
  const fm::LearnedFlow flow(net, prediction, condition);
  const at::Tensor z = normal_numbers({rows, chunk, 1}, 4), y = normal_numbers({rows, chunk, 1}, 5);
  const at::Tensor weights = at::tensor({1.0, 0.7, 0.2, 0.0}, at::kDouble).unsqueeze(1);
  constexpr double t = 0.4;
  const at::Tensor times = at::full({rows}, t, at::kDouble), jacobian = net.jacobian(t);
  const at::Tensor estimate = z.flatten(1).matmul(jacobian).view(z.sizes());
  const at::Tensor towards = (weights * (y - estimate)).flatten(1).matmul(jacobian).view(z.sizes());
  const at::Tensor expected = flow.velocity(z, times) + (t * t + (1 - t) * (1 - t)) / (t * (1 - t)) * towards;
  CATCH_CHECK(largest(fm::guided_velocity(flow, {y, weights, 1e9}, z, times) - expected) < 1e-10);
}

CATCH_TEST_CASE("guidance agrees with finite differences through a network, and is bounded at both ends",
                "[chunk_guidance]") {
  constexpr std::int64_t rows = 2;
  fm::NetworkOptions options;
  options.mlp.hidden = {12};
  options.time_embedding = 4;
  const auto net = fm::make_network(options, {.actions = 1, .action_horizon = chunk, .observations = 2},
                                    fm::RandomStream(0, "init"));
  net->to(at::kDouble);
  const fm::Prediction prediction(flow_with("linear"));
  fm::Condition condition = nothing_seen(rows);
  condition.observations = normal_numbers({rows, 1, 2}, 8);
  const fm::LearnedFlow flow(*net, prediction, condition);
  const at::NoGradGuard no_grad;  // as in a rollout
  const at::Tensor z = normal_numbers({rows, chunk, 1}, 6), y = normal_numbers({rows, chunk, 1}, 7);
  const at::Tensor weights = at::tensor({1.0, 0.5, 0.1, 0.0}, at::kDouble).unsqueeze(1);
  const at::Tensor times = at::full({rows}, 0.3, at::kDouble);
  const at::Tensor error = weights * (y - flow.ends(z, times).x1);
  const at::Tensor towards = at::zeros_like(z);
  constexpr double h = 1e-6;
  for (std::int64_t i = 0; i < chunk; ++i) {
    at::Tensor step = at::zeros_like(z);
    step.select(1, i).fill_(h);
    const at::Tensor change = (flow.ends(z + step, times).x1 - flow.ends(z - step, times).x1) / (2 * h);
    towards.select(1, i).copy_((error * change).sum(1));
  }
  const at::Tensor guided = fm::guided_velocity(flow, {y, weights, 1.5}, z, times);
  CATCH_CHECK(largest(guided - flow.velocity(z, times) - 1.5 * towards) < 1e-7);
  CATCH_CHECK_FALSE(guided.requires_grad());
  for (const double end : {0.0, 1.0}) {
    CATCH_CHECK(
        std::isfinite(largest(fm::guided_velocity(flow, {y, weights, 1.5}, z, at::full({rows}, end, at::kDouble)))));
  }
}

CATCH_TEST_CASE("a guided chunk ends at the committed actions of the last one", "[chunk_guidance]") {
  const fm::FlowOptions options = flow_with("linear");
  const GaussianChunks net(options, at::eye(chunk, at::kDouble));
  const at::Tensor z0 = normal_numbers({6, chunk, 1}, 1), last = normal_numbers({6, chunk, 1}, 2);
  const auto sampled = [&](double most, int executed) {
    const fm::OdeSampler sampler(
        {.steps = 20, .executed = executed, .delay = 2, .prefix = "guided", .prefix_guidance = most}, options);
    return sampler.continued(net, z0, last, nothing_seen(6));
  };
  const at::Tensor free = fm::OdeSampler({.steps = 20}, options).forward(net, z0, nothing_seen(6)).z;
  // At t = 0 the estimate does not depend on z; after that, each Euler step goes the whole conditional way.
  CATCH_CHECK(largest((sampled(1e9, 2) - last).slice(1, 0, 2)) < 1e-10);
  CATCH_CHECK(largest((sampled(1e9, 2) - free).slice(1, 2)) < 1e-12);
  CATCH_CHECK(largest((sampled(5.0, 2) - last).slice(1, 0, 2)) < 0.5 * largest((free - last).slice(1, 0, 2)));
}

CATCH_TEST_CASE("given actions stay exactly as they are, and the network is told how many they are",
                "[chunk_guidance]") {
  const at::Tensor z0 = normal_numbers({6, chunk, 1}, 1), last = normal_numbers({6, chunk, 1}, 2);
  for (const char* path : {"linear", "variance_preserving"}) {
    const fm::FlowOptions options = flow_with(path);
    const GaussianChunks net(options, at::eye(chunk, at::kDouble));
    for (const char* solver : {"euler", "rk4", "dopri5"}) {
      CATCH_INFO(path << ", " << solver);
      const fm::OdeSampler sampler({.solver = solver, .steps = 5, .executed = 2, .delay = 2, .prefix = "trained"},
                                   options);
      const at::Tensor z = sampler.continued(net, z0, last, nothing_seen(6));
      CATCH_CHECK(z.slice(1, 0, 2).equal(last.slice(1, 0, 2)));
      CATCH_CHECK(net.committed.equal(at::full({6}, 2.0, at::kDouble)));
      const bool adapts = fm::find_solver(solver).adapts();  // to the errors of whole rows
      const at::Tensor free = sampler.forward(net, z0, nothing_seen(6)).z;
      CATCH_CHECK(largest((z - free).slice(1, 2)) < (adapts ? 1e-2 : 1e-12));  // its actions are independent
    }
  }
}

CATCH_TEST_CASE("given actions are inputs without noise, and no part of the loss", "[chunk_guidance]") {
  constexpr std::int64_t rows = 3;
  const fm::FlowOptions options = flow_with("linear");
  const GaussianChunks net(options, at::eye(chunk, at::kDouble));
  const at::Tensor x1 = normal_numbers({rows, chunk, 1}, 1), z0 = normal_numbers({rows, chunk, 1}, 2);
  const at::Tensor times = at::full({rows}, 0.3, at::kDouble);
  fm::Condition condition = nothing_seen(rows);
  condition.committed = at::tensor({0.0, 1.0, 3.0}, at::kDouble);
  const at::Tensor losses = fm::FlowMatchingLoss(options).row_losses(net, x1, z0, times, condition);
  const at::Tensor given = fm::committed_actions(condition, x1);
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto committed = condition.committed[i].item<std::int64_t>();
    double sum = 0.0;
    for (std::int64_t k = 0; k < chunk; ++k) {
      CATCH_CHECK(given[i][k][0].item<bool>() == (k < committed));
      if (k < committed) continue;
      const double data = x1[i][k][0].item<double>(), noise = z0[i][k][0].item<double>();
      const double z = 0.3 * data + 0.7 * noise, estimate = 0.3 * z / (0.3 * 0.3 + 0.7 * 0.7);
      sum += std::pow((estimate - z) / 0.7 - (data - noise), 2);  // v = (x1 - z) / (1 - t)
    }
    CATCH_CHECK(std::abs(losses[i].item<double>() - sum / static_cast<double>(chunk - committed)) < 1e-10);
  }
}
