#include "libfm/rl/reinflow_actor.hpp"

#include "libfm/rl/gaussian_density.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace fm {

ReinFlowActor::ReinFlowActor(std::shared_ptr<FlowModel> policy, const ReinFlowOptions& options,
                             const RandomStream& init)
    : Actor(policy), flow_(std::move(policy)), options_(options),
      actions_(std::ssize(flow_->description().spec.actions)), steps_(flow_->sampler().grid().steps()),
      most_(options.most) {
  const EnvSpec& spec = flow_->description().spec;
  const auto inputs = static_cast<int>(spec.observations.size() + spec.goals.size() + 1);
  noise_net_ = register_module(
      "noise_net", std::make_shared<Mlp>(inputs, options.hidden, static_cast<int>(actions_), init.child("noise net")));
}

void ReinFlowActor::set_progress(double progress) {
  const double falling = progress <= options_.held ? 0.0 : (progress - options_.held) / (1.0 - options_.held);
  const double left =
      options_.final_share + (1.0 - options_.final_share) * 0.5 * (1.0 + std::cos(std::numbers::pi * falling));
  most_ = options_.least + left * (options_.most - options_.least);
}

/// Between the logarithms of the bounds by the hyperbolic tangent of the network's output.
at::Tensor ReinFlowActor::log_deviations(const Condition& condition, double time) const {
  const at::Tensor observations = condition.observations.flatten(1);
  std::vector<at::Tensor> inputs = {observations, at::full({observations.size(0), 1}, time, observations.options())};
  if (condition.goal.defined() && condition.goal.size(-1) > 0) inputs.push_back(condition.goal);
  const double low = std::log(options_.least), high = std::log(most_);
  return low + 0.5 * (high - low) * (1.0 + at::tanh(noise_net_->forward(at::cat(inputs, 1))));
}

ReinFlowActor::Kernel ReinFlowActor::kernel(const Condition& condition, const at::Tensor& z, std::int64_t k) const {
  const TimeGrid& grid = flow_->sampler().grid();
  const double t = grid[static_cast<int>(k)], length = grid[static_cast<int>(k) + 1] - t;
  const at::Tensor velocity =
      flow_->velocity(condition, z.unsqueeze(1), at::full({z.size(0)}, t, z.options())).squeeze(1);
  return {z + length * velocity, log_deviations(condition, t)};
}

Actor::Sample ReinFlowActor::sample(const Condition& condition, const at::Tensor& noise) const {
  const auto noise_of = [&](std::int64_t k) { return noise.slice(1, k * actions_, (k + 1) * actions_); };
  at::Tensor z = flow_->description().sampler.temperature * noise_of(0);
  at::Tensor log_probability = at::zeros({noise.size(0)}, noise.options());
  std::vector<at::Tensor> record = {z};
  for (std::int64_t k = 0; k < steps_; ++k) {
    const Kernel next = kernel(condition, z, k);
    const at::Tensor standard = noise_of(k + 1);
    z = next.mean + next.log_deviations.exp() * standard;
    log_probability = log_probability + log_density_of_standard(standard, next.log_deviations);
    record.push_back(z);
  }
  record.push_back(log_probability.unsqueeze(-1));
  return {z, at::cat(record, 1)};
}

Actor::Evaluation ReinFlowActor::evaluate(const Condition& condition, const at::Tensor& record) const {
  const auto z = [&](std::int64_t k) { return record.slice(1, k * actions_, (k + 1) * actions_); };
  at::Tensor now = at::zeros({record.size(0)}, record.options());
  at::Tensor entropy = at::zeros({}, record.options());
  for (std::int64_t k = 0; k < steps_; ++k) {
    const Kernel next = kernel(condition, z(k), k);
    now = now + log_density(z(k + 1), next.mean, next.log_deviations);
    entropy = entropy + mean_entropy(next.log_deviations) / static_cast<double>(steps_);
  }
  return {now.unsqueeze(-1) - record.slice(1, (steps_ + 1) * actions_), entropy};
}

}  // namespace fm
