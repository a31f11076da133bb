#include "libfm/core/error.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/rl/actor_policy.hpp"
#include "libfm/rl/fpo_actor.hpp"
#include "libfm/rl/gaussian_actor.hpp"
#include "libfm/rl/gaussian_density.hpp"
#include "libfm/rl/reinflow_actor.hpp"
#include "libfm/rl/reinforce.hpp"
#include "libfm/rl/surrogate.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

using Catch::Matchers::WithinAbs;
using fm::Actor;

namespace {

fm::PolicyDescription description_for(const std::string& algorithm) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = algorithm == "ppo" ? "mse" : "flow";
  return d;
}

fm::RlOptions options_for(const std::string& algorithm) {
  fm::RlOptions options;
  options.name = algorithm;
  return options;
}

std::shared_ptr<Actor> actor_of(const fm::RlOptions& options, fm::PolicyDescription description,
                                at::ScalarType type = at::kDouble) {
  auto policy = fm::make_policy_model(description, fm::RandomStream(1, "init"));
  auto actor = fm::make_actor(options, policy, fm::RandomStream(2, "init"));
  policy->to(type);
  actor->to(type);
  return actor;
}

/// Numbers ~ N(0, 1) of a fixed stream, (rows, columns).
at::Tensor normals(std::int64_t rows, std::int64_t columns, std::uint64_t position) {
  at::Tensor values = at::zeros({rows, columns}, at::kDouble);
  fm::Draws draws = fm::RandomStream(7, "normals").at(position);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = draws.normal();
  return values;
}

fm::Condition condition_of(std::int64_t rows, at::ScalarType type = at::kDouble) {
  return {.observations = normals(rows, 3, 0).unsqueeze(1).to(type),
          .goal = at::zeros({rows, 0}, type),
          .goal_mask = at::ones({rows}, type)};
}

const char* algorithms[] = {"ppo", "reinflow", "fpo"};

/// d/dx of f at each number of the tensor, by central differences.
template <class Function>
at::Tensor finite_differences(at::Tensor parameter, const Function& f) {
  const at::NoGradGuard no_grad;
  at::Tensor result = at::zeros_like(parameter);
  at::Tensor flat = parameter.view(-1);
  constexpr double h = 1e-6;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    const double x = flat[i].item<double>();
    flat[i].fill_(x + h);
    const double above = f();
    flat[i].fill_(x - h);
    result.view(-1)[i].fill_((above - f()) / (2.0 * h));
    flat[i].fill_(x);
  }
  return result;
}

}  // namespace

CATCH_TEST_CASE("before an update every ratio is 1", "[actors]") {
  for (const char* name : algorithms) {
    CATCH_INFO(name);
    const auto actor = actor_of(options_for(name), description_for(name), at::kFloat);
    const fm::Condition condition = condition_of(64, at::kFloat);
    const at::NoGradGuard no_grad;
    const Actor::Sample sample = actor->sample(condition, normals(64, actor->noise_size(), 1).to(at::kFloat));
    CATCH_REQUIRE(sample.record.size(1) == actor->record_size());
    const at::Tensor log_ratio = actor->evaluate(condition, sample.record).log_ratio;
    CATCH_CHECK(log_ratio.abs().max().item<double>() < 2e-5);  // z enters a density of deviation 0.1 in float32
    CATCH_CHECK(fm::policy_loss("clip", log_ratio, std::vector(64, 1.0), 0.2).kl < 1e-9);
    const auto exact = actor_of(options_for(name), description_for(name));
    const fm::Condition in_double = condition_of(64);
    const Actor::Sample same = exact->sample(in_double, normals(64, exact->noise_size(), 1));
    CATCH_CHECK(exact->evaluate(in_double, same.record).log_ratio.abs().max().item<double>() < 1e-12);
  }
}

CATCH_TEST_CASE("gradients of the ratio are its finite differences", "[actors]") {
  for (const char* name : algorithms) {
    const auto actor = actor_of(options_for(name), description_for(name));
    const fm::Condition condition = condition_of(5);
    at::Tensor record;
    {
      const at::NoGradGuard no_grad;
      record = actor->sample(condition, normals(5, actor->noise_size(), 2)).record;
    }
    const at::Tensor weights = normals(5, 1, 3);
    const auto scalar = [&] {
      const Actor::Evaluation e = actor->evaluate(condition, record);
      const at::Tensor sum = (weights * e.log_ratio.exp()).sum();
      return e.entropy.defined() ? sum + 0.3 * e.entropy : sum;
    };
    scalar().backward();
    double largest = 0.0;
    for (at::Tensor parameter : actor->trained()) {
      if (!parameter.grad().defined()) continue;
      const at::Tensor wanted = finite_differences(parameter, [&] { return scalar().item<double>(); });
      const double error = (parameter.grad() - wanted).abs().max().item<double>();
      largest = std::max(largest, wanted.abs().max().item<double>());
      CATCH_INFO(name << " " << parameter.sizes()[0]);
      CATCH_CHECK(error < 1e-5 * std::max(1.0, wanted.abs().max().item<double>()));
    }
    CATCH_CHECK(largest > 1e-3);
  }
}

CATCH_TEST_CASE("the Gaussian's density integrates to 1 and its entropy is that of the density", "[actors]") {
  const auto actor = actor_of(options_for("ppo"), description_for("ppo"));
  const at::NoGradGuard no_grad;
  constexpr std::int64_t n = 4001;
  const fm::Condition one = condition_of(1);
  const fm::Condition many{one.observations.expand({n, 1, 3}), at::zeros({n, 0}, at::kDouble),
                           at::ones({n}, at::kDouble)};
  const at::Tensor actions = at::linspace(-8.0, 8.0, n, at::kDouble).unsqueeze(1);
  const at::Tensor record = at::cat({actions, at::zeros({n, 1}, at::kDouble)}, 1);  // log-probabilities of 0
  const Actor::Evaluation e = actor->evaluate(many, record);
  const at::Tensor density = e.log_ratio.exp();
  const double step = 16.0 / (n - 1);
  CATCH_CHECK_THAT(density.sum().item<double>() * step, WithinAbs(1.0, 1e-9));
  CATCH_CHECK_THAT((-density * e.log_ratio).sum().item<double>() * step, WithinAbs(e.entropy.item<double>(), 1e-9));
}

CATCH_TEST_CASE("the chain's log-probability is the density of its steps", "[actors]") {
  // With two steps, integrating over the first point leaves a density of the action, which integrates to 1, and which is
  // that of many sampled actions.
  fm::PolicyDescription d = description_for("reinflow");
  d.sampler.steps = 2;
  fm::RlOptions options = options_for("reinflow");
  options.reinflow.least = 0.3;
  options.reinflow.most = 0.6;
  const auto actor = actor_of(options, d);
  const at::NoGradGuard no_grad;
  const fm::Condition one = condition_of(1);
  constexpr std::int64_t n = 241;
  constexpr double half = 6.0, step = 2.0 * half / (n - 1);
  const at::Tensor line = at::linspace(-half, half, n, at::kDouble);
  const at::Tensor z1 = line.repeat_interleave(n), z2 = line.repeat({n}), z0 = at::full({n * n}, 0.4, at::kDouble);
  const fm::Condition all{one.observations.expand({n * n, 1, 3}), at::zeros({n * n, 0}, at::kDouble),
                          at::ones({n * n}, at::kDouble)};
  const at::Tensor record = at::stack({z0, z1, z2, at::zeros_like(z0)}, 1);
  const at::Tensor density = actor->evaluate(all, record).log_ratio.exp().view({n, n});
  const at::Tensor of_action = density.sum(0) * step;
  CATCH_CHECK_THAT(of_action.sum().item<double>() * step, WithinAbs(1.0, 1e-6));

  constexpr std::int64_t samples = 20000;
  at::Tensor noise = normals(samples, 3, 4);
  noise.select(1, 0).fill_(0.4);
  const fm::Condition same{one.observations.expand({samples, 1, 3}), at::zeros({samples, 0}, at::kDouble),
                           at::ones({samples}, at::kDouble)};
  const at::Tensor actions = actor->sample(same, noise).actions;
  const double mean = (line * of_action).sum().item<double>() * step,
               spread = std::sqrt(((line - mean).square() * of_action).sum().item<double>() * step);
  CATCH_CHECK_THAT(actions.mean().item<double>(), WithinAbs(mean, 5.0 * spread / std::sqrt(samples)));
  CATCH_CHECK_THAT(actions.std().item<double>() / spread, WithinAbs(1.0, 5.0 / std::sqrt(2.0 * samples)));
}

CATCH_TEST_CASE("without noise the chain is the flow's sampler", "[actors]") {
  fm::RlOptions options = options_for("reinflow");
  options.reinflow.least = options.reinflow.most = 1e-12;
  const auto actor = actor_of(options, description_for("reinflow"));
  const at::NoGradGuard no_grad;
  const fm::Condition condition = condition_of(9);
  const at::Tensor noise = normals(9, actor->noise_size(), 5);
  const at::Tensor sampled = actor->policy().sample(condition, noise.slice(1, 0, 1).view({9, 1, 1, 1})).flatten(1);
  CATCH_CHECK((actor->sample(condition, noise).actions - sampled).abs().max().item<double>() < 1e-10);
}

CATCH_TEST_CASE("one step of ReinFlow has the loss and gradient of a Gaussian around it", "[actors]") {
  fm::PolicyDescription d = description_for("reinflow");
  d.sampler.steps = 1;
  const auto actor = std::dynamic_pointer_cast<fm::ReinFlowActor>(actor_of(options_for("reinflow"), d));
  const fm::Condition condition = condition_of(6);
  const at::Tensor z0 = normals(6, 1, 6), action = normals(6, 1, 7), before = normals(6, 1, 8);
  const auto gradients = [&](const at::Tensor& log_ratio) {
    log_ratio.backward(fm::policy_loss("clip", log_ratio, {{0.5, -1.0, 2.0, 0.1, -0.3, 1.0}}, 0.2).gradient);
    std::vector<at::Tensor> all;
    for (at::Tensor& p : actor->policy().parameters()) {
      all.push_back(p.grad().clone());
      p.mutable_grad().reset();
    }
    return all;
  };
  const auto chain = gradients(actor->evaluate(condition, at::cat({z0, action, before}, 1)).log_ratio);
  // The deviation, from the chain's own density at two points.
  const auto flow = std::dynamic_pointer_cast<fm::FlowModel>(actor->shared_policy());
  const auto mean = [&] {
    return z0 + flow->velocity(condition, z0.unsqueeze(1), at::zeros({6}, at::kDouble)).squeeze(1);
  };
  at::Tensor log_deviation;
  {
    const at::NoGradGuard no_grad;
    const at::Tensor centre = mean(), zero = at::zeros({6, 1}, at::kDouble);
    const at::Tensor peak = actor->evaluate(condition, at::cat({z0, centre, zero}, 1)).log_ratio;
    log_deviation = -peak - 0.5 * std::log(2.0 * M_PI);
  }
  const auto gaussian = gradients(fm::log_density(action, mean(), log_deviation).unsqueeze(-1) - before);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    CATCH_CHECK((chain[i] - gaussian[i]).abs().max().item<double>() < 1e-10);
  }
}

CATCH_TEST_CASE("ReinFlow's upper bound is held, then falls along a cosine to its share of the range", "[actors]") {
  fm::RlOptions options = options_for("reinflow");
  const auto actor = std::dynamic_pointer_cast<fm::ReinFlowActor>(actor_of(options, description_for("reinflow")));
  const auto most = [&](double progress) {
    actor->set_progress(progress);
    return actor->most();
  };
  CATCH_CHECK_THAT(most(0.0), WithinAbs(0.24, 1e-12));
  CATCH_CHECK_THAT(most(0.35), WithinAbs(0.24, 1e-12));
  CATCH_CHECK_THAT(most(0.675), WithinAbs(0.1 + 0.85 * 0.14, 1e-12));
  CATCH_CHECK_THAT(most(1.0), WithinAbs(0.1 + 0.7 * 0.14, 1e-12));
}

CATCH_TEST_CASE("FPO's gradient at ratio 1 is that of the flow-matching loss, weighted by the advantages", "[actors]") {
  for (const bool per_pair : {false, true}) {
    fm::RlOptions options = options_for("fpo");
    options.fpo.ratio_per_pair = per_pair;
    const auto actor = actor_of(options, description_for("fpo"));
    const fm::Condition condition = condition_of(4);
    const std::int64_t pairs = options.fpo.pairs;
    at::Tensor record;
    {
      const at::NoGradGuard no_grad;
      record = actor->sample(condition, normals(4, actor->noise_size(), 10)).record;
    }
    const std::vector<double> advantages = {0.5, -1.0, 2.0, -0.1};
    const auto take = [&] {
      std::vector<at::Tensor> all;
      for (at::Tensor& p : actor->policy().parameters()) {
        all.push_back(p.grad().clone());
        p.mutable_grad().reset();
      }
      return all;
    };
    const Actor::Evaluation e = actor->evaluate(condition, record);
    CATCH_REQUIRE(e.log_ratio.size(1) == (per_pair ? pairs : 1));
    e.log_ratio.backward(fm::policy_loss("clip", e.log_ratio, advantages, 0.05).gradient);
    const auto ratio = take();
    const auto flow = std::dynamic_pointer_cast<fm::FlowModel>(actor->shared_policy());
    at::Tensor loss = at::zeros({}, at::kDouble);
    for (std::int64_t i = 0; i < pairs; ++i) {
      const at::Tensor l =
          flow->pair_losses(condition, record.slice(1, 0, 1).unsqueeze(1), record.slice(1, 1 + i, 2 + i).unsqueeze(1),
                            record.select(1, 1 + pairs + i));
      loss = loss + (at::tensor(advantages, at::kDouble) * l).mean() / static_cast<double>(pairs);
    }
    loss.backward();
    const auto direct = take();
    for (std::size_t i = 0; i < ratio.size(); ++i) {
      CATCH_CHECK((ratio[i] - direct[i]).abs().max().item<double>() < 1e-10);
    }
  }
}

CATCH_TEST_CASE("what an algorithm cannot train is refused by key", "[actors]") {
  const auto error = [](const fm::RlOptions& options, const fm::PolicyDescription& d) {
    return error_of<fm::InputError>([&] { fm::check_actor(options, d); });
  };
  fm::PolicyDescription d = description_for("reinflow");
  CATCH_CHECK(contains(error(options_for("ppo"), d), "rl.name: ppo trains policy 'mse', not 'flow'"));
  d.policy.horizon.prediction = 4;
  CATCH_CHECK(contains(error(options_for("fpo"), d), "policy.horizon"));
  d = description_for("reinflow");
  d.sampler.solver = "heun";
  CATCH_CHECK(contains(error(options_for("reinflow"), d), "sampler.solver"));
  d = description_for("reinflow");
  d.policy.flow.target = "data";
  CATCH_CHECK(contains(error(options_for("reinflow"), d), "target: velocity"));
  fm::RlOptions uneven = options_for("fpo");
  uneven.minibatches = 3;
  CATCH_CHECK(contains(error(uneven, description_for("fpo")), "rl.minibatches: 3 does not divide the 4096 steps"));
  fm::RlOptions crossed = options_for("reinflow");
  crossed.reinflow.most = 0.05;
  d = description_for("fpo");
  d.sampler.temperature = 0.0;
  CATCH_CHECK(contains(error(options_for("fpo"), d), "sampler.temperature"));
  d = description_for("fpo");
  d.sampler.warm_start = 0.5;
  CATCH_CHECK(contains(error(options_for("fpo"), d), "sampler.warm_start"));
  d = description_for("ppo");
  d.sampler.action_noise = 0.1;
  CATCH_CHECK(contains(error(options_for("ppo"), d), "sampler.action_noise"));
  fm::RlOptions entropy = options_for("fpo");
  entropy.entropy = 0.1;
  CATCH_CHECK(contains(error(entropy, description_for("fpo")), "rl.entropy"));
  fm::RlOptions single = options_for("fpo");
  single.minibatches = 4096;
  CATCH_CHECK(contains(error(single, description_for("fpo")), "rl.minibatches: 4096 leaves one step"));
  CATCH_CHECK(contains(error(crossed, description_for("reinflow")), "rl.reinflow.most"));
}

CATCH_TEST_CASE("relative actions explore around what they are relative to", "[actors]") {
  for (const char* algorithm : algorithms) {
    CATCH_INFO(algorithm);
    fm::PolicyDescription d = description_for(algorithm);
    d.policy.hidden = {"cos_theta"};
    d.policy.relative = {{{"torque", "cos_theta"}}};
    d.spec.actions[0].low = -1.0;
    d.spec.actions[0].high = 5.0;
    d = fm::normalised_by_bounds(d);
    CATCH_CHECK(d.actions == fm::Normalisation{{0.0}, {3.0}});
    d.actions.scale[0] = 0.01;  // far from the bounds
    const auto actor = actor_of(options_for(algorithm), d, at::kFloat);
    const auto act = [&](double cos_theta) {
      fm::ActorPolicy policy(actor, fm::RandomStream(4, "noise"));
      const std::vector<std::uint64_t> episode = {0};
      const std::vector<std::uint32_t> step = {0};
      fm::PolicyOutput output;
      output.extras.setZero(1, std::ssize(policy.extras()));
      policy.act({fm::Matrix{{cos_theta, 0.5, 0.1}}, fm::Matrix(1, 0), episode, step}, output);
      return output.actions(0, 0);
    };
    CATCH_CHECK_THAT(act(4.0) - act(0.0), WithinAbs(4.0, 1e-12));
    CATCH_CHECK(act(9.0) == 5.0);
  }
}
