#include "libfm/policy/taught_models.hpp"

#include "libfm/core/error.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

namespace fm {
namespace {

/// The teacher's actions (N, H, A) for the noise z0 (N, H, A).
at::Tensor teacher_actions(const PolicyModel* teacher, const Condition& condition, const at::Tensor& z0,
                           const std::string& policy) {
  if (teacher == nullptr) throw_input_error("policy.teacher: policy '{}' needs a teacher", policy);
  if (teacher->noises() != 1) {
    throw_input_error(
        "policy.teacher: a stochastic sampler does not map each noise to a single action; use an ODE solver");
  }
  const at::NoGradGuard fixed;
  return teacher->sample(condition, z0.unsqueeze(1));
}

void check_depends_on_noise(const PolicyModel& teacher) {
  const std::string& name = teacher.description().policy.name;
  if (name == "mse" || name == "mip") {
    throw_input_error("policy.teacher: the actions of policy '{}' do not depend on the noise; use a generative policy",
                      name);
  }
}

/// Whether the teacher is a flow that predicts velocities, with weights that fit the student's network.
bool can_initialise(const PolicyModel& flow, const PolicyModel& student) {
  const PolicyOptions& policy = flow.description().policy;
  if ((policy.name != "flow" && policy.name != "reflow") || policy.flow.target != "velocity") return false;
  return same_sizes(flow, student);
}

}  // namespace

FlowModel::Pairs ReflowModel::pair(const Batch& batch, const at::Tensor& noise, Draws) const {
  const at::Tensor x1 = teacher_actions(teacher_.get(), batch.condition, noise, description_.policy.name);
  return {x1, teacher_->description().sampler.temperature * noise};
}

OneStepModel::OneStepModel(const PolicyDescription& description, const RandomStream& init) : PolicyModel(description) {
  net_ = add_network("net", network_sizes(description), init);
  set_sampler(description.sampler);
}

void ReflowModel::check_teacher(const PolicyModel& teacher) const { check_depends_on_noise(teacher); }

void OneStepModel::check_teacher(const PolicyModel& teacher) const {
  check_depends_on_noise(teacher);
  const double own = description_.sampler.temperature, taught = teacher.description().sampler.temperature;
  if (own > taught) {
    throw_input_error(
        "sampler.temperature: {} is above the teacher's {}, outside of the student's training range; set {} or less",
        own, taught, taught);
  }
}

void OneStepModel::teacher_changed() {
  if (can_initialise(*teacher_, *this)) copy_weights(*teacher_, *this);
}

at::Tensor OneStepModel::jump(const Condition& condition, const at::Tensor& z) const {
  return z + net_->forward(z, at::zeros({z.size(0), 1}, z.options()), condition);
}

at::Tensor OneStepModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const FlowOptions no_drop{.goal_drop = 0.0};
  const at::Tensor z0 = draw_flow(stream, position, batch.actions, no_drop, {}).noise;
  const at::Tensor x1 = teacher_actions(teacher_.get(), batch.condition, z0, description_.policy.name);
  const at::Tensor z = teacher_->description().sampler.temperature * z0;
  const at::Tensor x = jump(batch.condition, z), executed = within_bounds(x1);
  return (x - executed).masked_fill(within_bounds(x) == executed, 0).square().flatten(1).mean(1);
}

at::Tensor OneStepModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return jump(condition, description_.sampler.temperature * noise.select(1, 0));
}

}  // namespace fm
