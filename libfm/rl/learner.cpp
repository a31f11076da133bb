#include "libfm/rl/learner.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/policy/tensor_view.hpp"
#include "libfm/rl/advantages.hpp"
#include "libfm/rl/surrogate.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <c10/core/DeviceGuard.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace fm {
namespace {

AdamWOptions adam(const RlOptions& options) {
  return {.weight_decay = 0.0, .clip = options.gradient_clip, .epsilon = 1e-5};
}

std::shared_ptr<ConditionalNet> make_critic(const RlOptions& options, const Actor& actor, const RandomStream& init) {
  const EnvSpec& spec = actor.policy().description().spec;
  const NetworkSizes sizes{.observations = static_cast<int>(spec.observations.size()),
                           .goals = static_cast<int>(spec.goals.size()),
                           .times = 0,
                           .outputs = 1};
  const auto critic = make_network({.name = "mlp", .mlp = {options.critic.hidden}}, sizes, init.child("critic"));
  critic->to(actor.policy().parameters().front().device());
  return critic;
}

using Indices = std::span<const std::int64_t>;

Condition rows_of(const Condition& condition, const at::Tensor& rows) {
  const bool has_goal = condition.goal.defined() && condition.goal.size(-1) > 0;
  const auto of = [&](const at::Tensor& x) { return has_goal ? x.index_select(0, rows) : at::Tensor(); };
  return {condition.observations.index_select(0, rows), of(condition.goal), of(condition.goal_mask)};
}

std::vector<double> rows_of(const std::vector<double>& values, Indices rows) {
  std::vector<double> chosen;
  for (const std::int64_t row : rows) chosen.push_back(values[static_cast<std::size_t>(row)]);
  return chosen;
}

void append_state(const std::string& name, const AdamW& optimiser,
                  std::vector<std::pair<std::string, at::Tensor>>& all) {
  const std::vector<at::Tensor> state = optimiser.state();
  for (std::size_t i = 0; i < state.size(); ++i) all.emplace_back(fmt::format("optimiser.{}.{}", name, i), state[i]);
}

}  // namespace

Learner::Learner(const RlOptions& options, std::shared_ptr<Actor> actor, const RandomStream& init)
    : options_(options), actor_(std::move(actor)), critic_(make_critic(options, *actor_, init)),
      critic_observations_(policy().description().observations), critic_goals_(policy().description().goals),
      policy_optimiser_(actor_->trained(), adam(options)), critic_optimiser_(critic_->parameters(), adam(options)),
      policy_rate_(options.learning_rate), critic_rate_(options.critic.learning_rate) {}

Condition Learner::condition(const Matrix& observations, const Matrix& goals) const {
  return actor_->policy().condition(view_as_tensor(observations).unsqueeze(1), view_as_tensor(goals));
}

Condition Learner::critic_condition(const Matrix& observations, const Matrix& goals) const {
  const at::TensorOptions type = critic_->parameters().front().options();
  return {.observations = critic_observations_.normalise(view_as_tensor(observations).unsqueeze(1), type),
          .goal = critic_goals_.normalise(view_as_tensor(goals), type),
          .goal_mask = at::ones({observations.rows()}, type)};
}

std::vector<double> Learner::values(const Condition& condition) const {
  const at::NoGradGuard no_grad;
  if (condition.observations.size(0) == 0) return {};
  const at::Tensor values = critic_->forward(condition).flatten().to(at::kCPU, at::kDouble).contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

Experience Learner::experience(const Segment& segment, const std::vector<double>& rewards) const {
  const Condition condition = this->condition(segment.observations, segment.goals),
                  critic_condition = this->critic_condition(segment.observations, segment.goals);
  const std::vector<double> before = values(critic_condition),
                            beyond = values(this->critic_condition(segment.cut_observations, segment.cut_goals));
  const std::vector<double> gains = advantages({.copies = options_.copies,
                                                .rewards = rewards,
                                                .terminated = segment.terminated,
                                                .values = before,
                                                .cuts = segment.cuts,
                                                .cut_values = beyond},
                                               options_.discount, options_.lambda);
  std::vector<double> targets = before;
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i] += gains[i];
  const at::TensorOptions type = condition.observations.options();
  return {condition, critic_condition, view_as_tensor(segment.extras).to(type), before, gains, targets};
}

void Learner::set_progress(double progress) {
  actor_->set_progress(progress);
  const double left = options_.schedule == "linear" ? 1.0 - progress : 1.0;
  if (options_.schedule != "kl") policy_rate_ = left * options_.learning_rate;
  critic_rate_ = left * options_.critic.learning_rate;
}

UpdateMetrics Learner::update(const Experience& all, std::int64_t iteration, const RandomStream& minibatches) {
  UpdateMetrics metrics;
  for_each_block(2, 1, [&](std::int64_t network, std::int64_t) {
    const c10::DeviceGuard on_device(all.condition.observations.device());  // of this thread
    if (network == 0) return update_critic(all, iteration, minibatches, metrics);
    if (iteration >= options_.critic.warm_up) update_policy(all, iteration, minibatches, metrics);
  });
  return metrics;
}

bool Learner::is_finite() const {
  std::vector<at::Tensor> weights = actor_->trained();
  for (const at::Tensor& own : critic_->parameters()) weights.push_back(own);
  return std::ranges::all_of(weights, [](const at::Tensor& w) { return std::isfinite(w.sum().item<double>()); });
}

template <class Step, class EndPass>
void Learner::for_each_minibatch(const Experience& all, std::int64_t iteration, const RandomStream& minibatches,
                                 const Step& step, const EndPass& end_pass) const {
  const std::int64_t rows = std::ssize(all.advantages), batch = rows / options_.minibatches;
  const at::Device device = all.condition.observations.device();
  for (int pass = 0; pass < options_.epochs; ++pass) {
    std::vector<std::int64_t> order =
        permutation(minibatches, static_cast<std::uint64_t>(iteration * options_.epochs + pass), rows);
    for (std::int64_t begin = 0; begin < rows; begin += batch) {
      std::int64_t* first = order.data() + begin;
      step(Indices(first, static_cast<std::size_t>(batch)), at::from_blob(first, {batch}, at::kLong).to(device));
    }
    end_pass();
  }
}

void Learner::update_policy(const Experience& all, std::int64_t iteration, const RandomStream& minibatches,
                            UpdateMetrics& metrics) {
  const double updates = options_.epochs * options_.minibatches;
  double kl_of_pass = 0.0;
  const auto step = [&](Indices indices, const at::Tensor& rows) {
    std::vector<double> gains = rows_of(all.advantages, indices);
    if (options_.normalise_advantages) standardise(gains);
    const Actor::Evaluation now = actor_->evaluate(rows_of(all.condition, rows), all.record.index_select(0, rows));
    const SurrogateLoss loss = policy_loss(options_.objective, now.log_ratio, gains, options_.clip);
    if (now.entropy.defined() && options_.entropy > 0.0) {
      torch::autograd::backward({now.log_ratio, now.entropy},
                                {loss.gradient, at::full_like(now.entropy.detach(), -options_.entropy)});
    } else {
      now.log_ratio.backward(loss.gradient);
    }
    policy_optimiser_.step(policy_rate_);
    metrics.policy_loss += loss.loss / updates;
    metrics.kl += loss.kl / updates;
    metrics.clip_fraction += loss.clip_fraction / updates;
    if (now.entropy.defined()) {
      metrics.entropy = metrics.entropy.value_or(0.0) + now.entropy.item<double>() / updates;
    }
    kl_of_pass += loss.kl / options_.minibatches;
  };
  for_each_minibatch(all, iteration, minibatches, step, [&] {
    follow_kl(kl_of_pass);
    kl_of_pass = 0.0;
  });
}

void Learner::update_critic(const Experience& all, std::int64_t iteration, const RandomStream& minibatches,
                            UpdateMetrics& metrics) {
  const auto step = [&](Indices indices, const at::Tensor& rows) {
    const at::Tensor values = critic_->forward(rows_of(all.critic_condition, rows)).flatten();
    const ValueLoss loss =
        value_loss(values, rows_of(all.targets, indices), rows_of(all.values, indices), options_.critic.clip);
    values.backward(loss.gradient);
    critic_optimiser_.step(critic_rate_);
    metrics.value_loss += loss.loss / (options_.epochs * options_.minibatches);
  };
  for_each_minibatch(all, iteration, minibatches, step, [] {});
}

/// As in rl_games and RSL-RL.
void Learner::follow_kl(double kl) {
  if (options_.schedule != "kl") return;
  constexpr double factor = 1.5;
  const double lowest = std::min(1e-6, options_.learning_rate), highest = std::max(1e-2, options_.learning_rate);
  if (kl > 2.0 * options_.target_kl) policy_rate_ = std::max(lowest, policy_rate_ / factor);
  if (kl < 0.5 * options_.target_kl) policy_rate_ = std::min(highest, policy_rate_ * factor);
}

std::vector<std::pair<std::string, at::Tensor>> Learner::state() const {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const auto& own : actor_->named_parameters()) all.emplace_back("actor." + own.key(), own.value());
  for (const auto& parameter : critic_->named_parameters()) {
    all.emplace_back("critic." + parameter.key(), parameter.value());
  }
  append_state("policy", policy_optimiser_, all);
  append_state("critic", critic_optimiser_, all);
  return all;
}

}  // namespace fm
