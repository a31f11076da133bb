#include "libfm/policy/taught_models.hpp"

#include "libfm/core/error.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/zeros.h>

namespace fm {
namespace {

/// Where the teacher carries z0 (N, H, A).
at::Tensor taught_actions(const PolicyModel* teacher, const Condition& condition, const at::Tensor& z0,
                          const std::string& policy) {
  if (teacher == nullptr) throw_input_error("policy.teacher: policy '{}' needs a run to learn from", policy);
  if (teacher->noises() != 1) {
    throw_input_error("policy.teacher: a stochastic sampler has no one action for each noise; take an ODE solver");
  }
  const at::NoGradGuard fixed;
  return teacher->sample(condition, z0.unsqueeze(1));
}

}  // namespace

at::Tensor ReflowModel::loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const FlowDraws draws = draw(batch, stream, position);
  const at::Tensor x1 = taught_actions(teacher_.get(), batch.condition, draws.noise, description_.policy.name);
  return paired_loss(x1, draws.noise, draws, batch.condition);
}

OneStepModel::OneStepModel(const PolicyDescription& description, const RandomStream& init) : PolicyModel(description) {
  net_ = register_module("net", make_velocity_net(description.network, network_sizes(description), init));
  set_sampler(description.sampler);
}

at::Tensor OneStepModel::jump(const Condition& condition, const at::Tensor& z0) const {
  return z0 + net_->forward(z0, at::zeros({z0.size(0), 1}, z0.options()), condition);
}

at::Tensor OneStepModel::loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const FlowOptions no_drop{.goal_drop = 0.0};
  const at::Tensor z0 = draw_flow(stream, position, batch.actions, no_drop, {}).noise;
  const at::Tensor x1 = taught_actions(teacher_.get(), batch.condition, z0, description_.policy.name);
  return at::mse_loss(jump(batch.condition, z0), x1);
}

at::Tensor OneStepModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return jump(condition, description_.sampler.temperature * noise.select(1, 0));
}

}  // namespace fm
