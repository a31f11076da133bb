#include "libfm/policy/flow_model.hpp"

#include "libfm/core/error.hpp"
#include "libfm/flow/log_probability.hpp"

namespace fm {
namespace {

std::shared_ptr<VelocityNet> make_null_net(const PolicyDescription& d, const FlowOptions& flow,
                                           const RandomStream& init) {
  NetworkSizes sizes = network_sizes(d);
  if (flow.null_goal != "separate" || sizes.goals == 0) return nullptr;
  sizes.goals = 0;
  return make_velocity_net(d.network, sizes, init);
}

}  // namespace

FlowModel::FlowModel(const PolicyDescription& description, const FlowOptions& flow, const RandomStream& init)
    : PolicyModel(description), flow_(flow), null_net_(make_null_net(description, flow, init)), loss_(flow),
      coupling_(make_coupling(flow.coupling)) {
  net_ = register_module("net", make_velocity_net(description.network, network_sizes(description), init));
  if (null_net_) {
    register_module("null_net", null_net_);
    flow_.goal_drop = 0.0;
  }
  set_sampler(description.sampler);
}

FlowModel::Pairs FlowModel::pair(const Batch& batch, const at::Tensor& noise, Draws draws) const {
  return {batch.actions, coupling_(batch.actions, noise, batch.condition, std::move(draws))};
}

at::Tensor FlowModel::loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  return evaluate(batch, stream, position, &FlowMatchingLoss::forward);
}

at::Tensor FlowModel::training_loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const bool regresses = loss_.regresses(*net_, batch.actions, batch.condition);
  return evaluate(batch, stream, position, regresses ? &FlowMatchingLoss::regress : &FlowMatchingLoss::forward);
}

at::Tensor FlowModel::evaluate(const Batch& batch, const RandomStream& stream, std::uint64_t position,
                               decltype(&FlowMatchingLoss::forward) way) const {
  const FlowDraws draws = draw_flow(stream, position, batch.actions, flow_, loss_.prediction().interval());
  const auto [x1, z0] = pair(batch, draws.noise, stream.at(position, coupling_row));
  Condition condition = batch.condition;
  condition.goal_mask = draws.kept;
  const at::Tensor value = (loss_.*way)(*net_, x1, z0, draws.times, condition, draws.weights);
  return null_net_ ? value + (loss_.*way)(*null_net_, x1, z0, draws.times, condition, draws.weights) : value;
}

std::int64_t FlowModel::noises() const { return stochastic_ ? 1 + stochastic_->grid().steps() : 1; }

std::int64_t FlowModel::evaluations() const { return net_->evaluations() + (null_net_ ? null_net_->evaluations() : 0); }

at::Tensor FlowModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return solve(condition, noise, Record::end_only).z;
}

OdeSolution FlowModel::trace(const Condition& condition, const at::Tensor& noise) const {
  return solve(condition, noise, Record::trajectory);
}

OdeSolution FlowModel::solve(const Condition& condition, const at::Tensor& noise, Record record) const {
  const at::Tensor z0 = noise.select(1, 0);
  return stochastic_ ? stochastic_->forward(*net_, z0, noise.slice(1, 1), condition, record, null_net_.get())
                     : sampler_->forward(*net_, z0, condition, record, null_net_.get());
}

at::Tensor FlowModel::refine(const Condition& condition, const at::Tensor& noise, const at::Tensor& guess) const {
  return sampler_->refine(*net_, noise.select(1, 0), guess, description_.sampler.warm_start, condition,
                          null_net_.get());
}

at::Tensor FlowModel::log_probability(const Condition& condition, const at::Tensor& actions,
                                      const at::Tensor& probes) const {
  const auto field = [&](const at::Tensor& z, const at::Tensor& t) { return velocity(condition, z, t); };
  const DivergenceRule divergence = [&](const VelocityField& v, const at::Tensor& z, const at::Tensor& t) {
    return probes.defined() ? estimated_divergence(v, z, t, probes) : exact_divergence(v, z, t);
  };
  if (description_.sampler.temperature == 0.0) {
    throw_input_error("eval.log_probability: at sampler.temperature 0 every action is certain; set above 0");
  }
  const SamplerOptions exact{.solver = "rk4", .steps = 50};
  const TimeGrid grid = sampling_grid(exact, loss_.prediction().interval());
  const double deviation = description_.sampler.temperature * path_at(flow_.path, grid[0]).sigma;
  return fm::log_probability(field, actions, grid, find_solver(exact.solver), divergence, deviation);
}

at::Tensor FlowModel::velocity(const Condition& condition, const at::Tensor& z, const at::Tensor& t) const {
  const double guidance = description_.sampler.guidance;
  return LearnedFlow(*net_, loss_.prediction(), condition, guidance, null_net_.get()).velocity(z, t);
}

void FlowModel::set_sampler(const SamplerOptions& sampler) {
  if (sampler.guidance != 1.0 && description_.spec.goals.empty()) {
    throw_input_error("sampler.guidance: there is no goal to be guided by; set 1");
  }
  if (sampler.guidance != 1.0 && !null_net_ && flow_.goal_drop == 0.0) {
    throw_input_error(
        "sampler.guidance: the policy never learned to act without a goal; set 1, or train with "
        "policy.flow.goal_drop above 0");
  }
  if (sampler.solver == euler_maruyama && sampler.warm_start > 0.0) {
    throw_input_error("sampler.warm_start: a stochastic solver begins from noise alone; set 0, or take another solver");
  }
  SamplerOptions deterministic = sampler;
  if (sampler.solver == euler_maruyama) deterministic.solver = "euler";
  sampler_ = std::make_shared<OdeSampler>(deterministic, flow_);
  stochastic_ = sampler.solver == euler_maruyama ? std::make_shared<SdeSampler>(sampler, flow_) : nullptr;
  description_.sampler = sampler;
}

}  // namespace fm
