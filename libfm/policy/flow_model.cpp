#include "libfm/policy/flow_model.hpp"

#include "libfm/core/error.hpp"
#include "libfm/flow/log_probability.hpp"

namespace fm {
FlowModel::FlowModel(const PolicyDescription& description, const RandomStream& init)
    : PolicyModel(description), flow_(description_.policy.flow), loss_(flow_),
      coupling_(make_coupling(flow_.coupling)) {
  if (description.policy.horizon.largest_delay > 0 && !loss_.prediction().is_unscaled()) {
    throw_input_error(
        "policy.horizon.largest_delay: given actions are inputs without noise, but path '{}' with target '{}' scales "
        "them; set 0, or another path",
        flow_.path.name, flow_.target);
  }
  NetworkSizes sizes = network_sizes(description);
  net_ = add_network("net", sizes, init);
  if (flow_.null_goal == "separate" && sizes.goals > 0) {
    sizes.goals = 0;
    null_net_ = add_network("null_net", sizes, init);
    flow_.goal_drop = 0.0;
  }
  set_sampler(description.sampler);
}

FlowModel::Pairs FlowModel::pair(const Batch& batch, const at::Tensor& noise, Draws draws) const {
  return {batch.actions, coupling_(batch.actions, noise, batch.condition, std::move(draws))};
}

FlowModel::Drawn FlowModel::draw(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const FlowDraws draws = draw_flow(stream, position, batch.actions, flow_, loss_.prediction().interval(),
                                    description_.policy.horizon.largest_delay);
  Drawn drawn{.pairs = pair(batch, draws.noise, stream.at(position, coupling_row)),
              .times = draws.times,
              .weights = draws.weights,
              .condition = batch.condition};
  drawn.condition.goal_mask = draws.kept;
  drawn.condition.committed = draws.committed;
  return drawn;
}

at::Tensor FlowModel::losses(const Drawn& d) const {
  const at::Tensor losses = loss_.row_losses(*net_, d.pairs.x1, d.pairs.z0, d.times, d.condition, d.weights);
  if (!null_net_) return losses;
  return losses + loss_.row_losses(*null_net_, d.pairs.x1, d.pairs.z0, d.times, d.condition, d.weights);
}

at::Tensor FlowModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  return losses(draw(batch, stream, position));
}

at::Tensor FlowModel::training_loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const Drawn d = draw(batch, stream, position);
  if (!null_net_) {
    const auto loss = loss_.try_regression(*net_, d.pairs.x1, d.pairs.z0, d.times, d.condition, d.weights);
    if (loss) return *loss;
  }
  return losses(d).mean();
}

std::int64_t FlowModel::noises() const { return stochastic_ ? 1 + stochastic_->grid().steps() : 1; }

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
  if (description_.sampler.prefix != "none") {
    return sampler_->continued(*net_, noise.select(1, 0), guess, condition, null_net_.get());
  }
  return sampler_->refine(*net_, noise.select(1, 0), guess, description_.sampler.warm_start, condition,
                          null_net_.get());
}

at::Tensor FlowModel::log_probability(const Condition& condition, const at::Tensor& actions,
                                      const at::Tensor& probes) const {
  const auto field = [&](const at::Tensor& z, const at::Tensor& t) { return velocity(condition, z, t); };
  const DivergenceRule divergence = [&](const VelocityField& v, const at::Tensor& z, const at::Tensor& t) {
    return probes.defined() ? estimated_divergence(v, z, t, probes) : exact_divergence(v, z, t);
  };
  check_density(description_.sampler);
  const SamplerOptions exact{.solver = "rk4", .steps = 50};
  const TimeGrid grid = sampling_grid(exact, loss_.prediction().interval());
  const double deviation = description_.sampler.temperature * path_at(flow_.path, grid[0]).sigma;
  return fm::log_probability(field, actions, grid, find_solver(exact.solver), divergence, deviation);
}

at::Tensor FlowModel::velocity(const Condition& condition, const at::Tensor& z, const at::Tensor& t) const {
  const double guidance = description_.sampler.guidance;
  return LearnedFlow(*net_, loss_.prediction(), condition, guidance, null_net_.get()).velocity(z, t);
}

void FlowModel::check_density(const SamplerOptions& sampler) const {
  if (sampler.temperature == 0.0) {
    throw_input_error(
        "eval.log_probability: sampling is deterministic at sampler.temperature 0, there is no density; set above 0");
  }
}

void FlowModel::check_sampler(const SamplerOptions& sampler) const {
  if (sampler.guidance != 1.0 && description_.spec.goals.empty()) {
    throw_input_error("sampler.guidance: the environment has no goal; set 1");
  }
  if (sampler.guidance != 1.0 && !null_net_ && flow_.goal_drop == 0.0) {
    throw_input_error(
        "sampler.guidance: the policy was not trained without a goal; set 1, or train with "
        "policy.flow.goal_drop above 0");
  }
  if (sampler.solver == euler_maruyama && sampler.warm_start > 0.0) {
    throw_input_error(
        "sampler.warm_start: a stochastic solver does not support warm starts; set 0, or use another solver");
  }
  if (sampler.solver == euler_maruyama && sampler.prefix != "none") {
    throw_input_error("sampler.prefix: a stochastic solver does not support it; set none, or use another solver");
  }
}

void FlowModel::sampler_changed() {
  const SamplerOptions& sampler = description_.sampler;
  const bool stochastic = sampler.solver == euler_maruyama;
  SamplerOptions deterministic = sampler;
  if (stochastic) deterministic.solver = "euler";
  sampler_ = std::make_shared<OdeSampler>(deterministic, flow_);
  stochastic_ = stochastic ? std::make_shared<SdeSampler>(sampler, flow_) : nullptr;
}

}  // namespace fm
