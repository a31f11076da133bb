#include "libfm/policy/flow_model.hpp"

#include "libfm/policy/draws.hpp"

namespace fm {
namespace {

NetworkSizes sizes_of(const EnvSpec& spec) {
  return {.actions = static_cast<int>(spec.actions.size()),
          .observations = static_cast<int>(spec.observations.size()),
          .goals = static_cast<int>(spec.goals.size())};
}

}  // namespace

FlowModel::FlowModel(const PolicyDescription& description, const RandomStream& init)
    : PolicyModel(description), loss_(make_path(description.policy.flow.path)) {
  net_ = register_module("net", make_velocity_net(description.network, sizes_of(description.spec), init));
  set_sampler(description.sampler);
}

at::Tensor FlowModel::loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const FlowDraws draws = draw_flow(stream, position, batch.actions);
  return loss_.forward(*net_, batch.actions, draws.noise, draws.times, batch.condition);
}

at::Tensor FlowModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return sampler_->forward(*net_, noise, condition).z;
}

OdeSolution FlowModel::trace(const Condition& condition, const at::Tensor& noise) const {
  return sampler_->forward(*net_, noise, condition, Record::trajectory);
}

void FlowModel::set_sampler(const SamplerOptions& sampler) {
  description_.sampler = sampler;
  sampler_ = std::make_shared<OdeSampler>(sampler);
}

}  // namespace fm
