#include "libfm/policy/flow_map_model.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/draws.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

NetworkSizes two_times(const PolicyDescription& description) {
  NetworkSizes sizes = network_sizes(description);
  sizes.times = 2;
  return sizes;
}

/// The path of a flow map, whose velocities must be finite on all of [0, 1].
Path whole_path(const PolicyDescription& d) {
  const FlowOptions& flow = d.policy.flow;
  const PathPoint<double> begin = path_at(flow.path, 0.0), end = path_at(flow.path, 1.0);
  if (flow.target != "velocity" || begin.sigma != 1.0 || !std::isfinite(end.sigma_dot)) {
    throw_input_error(
        "policy.flow: policy '{}' needs finite velocities on a path from N(0, 1) to the data; use target: "
        "velocity and path: linear, cosine or polynomial",
        d.policy.name);
  }
  return make_path(flow.path);
}

struct TwoTimes {
  at::Tensor first;
  at::Tensor second;
  at::Tensor noise;  ///< (N, H, A), as paired by the coupling
};

using FillTimes = std::function<void(Draws& draws, float* times)>;

TwoTimes draw_two_times(const Batch& batch, const Coupling& coupling, const RandomStream& stream,
                        std::uint64_t position, const FillTimes& fill) {
  const std::int64_t rows = batch.actions.size(0), size = batch.actions.numel() / rows;
  const at::Tensor drawn = draw_rows(stream, position, rows, 2 + size, batch.actions, [=](Draws& draws, float* row) {
    fill(draws, row);
    for (std::int64_t j = 0; j < size; ++j) row[2 + j] = static_cast<float>(draws.normal());
  });
  const at::Tensor noise = drawn.slice(1, 2).reshape(batch.actions.sizes());
  return {drawn.select(1, 0), drawn.select(1, 1),
          coupling(batch.actions, noise, batch.condition, stream.at(position, coupling_row))};
}

}  // namespace

FlowMapModel::FlowMapModel(const PolicyDescription& description, const RandomStream& init)
    : PolicyModel(description), coupling_(make_coupling(description.policy.flow.coupling)),
      distribution_(description.policy.flow.time) {
  net_ = add_network("net", two_times(description), init);
  set_sampler(description.sampler);
}

at::Tensor FlowMapModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return sampler_->forward(*net_, noise.select(1, 0), condition);
}

void FlowMapModel::sampler_changed() { sampler_ = std::make_shared<FlowMapSampler>(description_.sampler); }

MeanFlowModel::MeanFlowModel(const PolicyDescription& description, const RandomStream& init)
    : FlowMapModel(description, init), loss_(whole_path(description), description.policy.mean_flow.power) {}

at::Tensor MeanFlowModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const TimeDistribution distribution = this->distribution();
  const double instantaneous = description_.policy.mean_flow.instantaneous;
  const TwoTimes draws = draw_two_times(batch, coupling(), stream, position, [=](Draws& d, float* times) {
    times[0] = static_cast<float>(distribution.draw(d));
    times[1] = static_cast<float>(distribution.draw(d));
    if (times[0] > times[1]) std::swap(times[0], times[1]);
    if (d.uniform() < instantaneous) times[1] = times[0];
  });
  return loss_.row_losses(net(), batch.actions, draws.noise, draws.first, draws.second, batch.condition);
}

ShortcutModel::ShortcutModel(const PolicyDescription& description, const RandomStream& init)
    : FlowMapModel(description, init), loss_(whole_path(description), 1.0 / description.policy.shortcut.finest) {}

at::Tensor ShortcutModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const ShortcutOptions& options = description_.policy.shortcut;
  const auto doublings = static_cast<std::uint32_t>(std::log2(options.finest));
  const TimeDistribution distribution = this->distribution();
  const TwoTimes draws = draw_two_times(batch, coupling(), stream, position, [=](Draws& d, float* times) {
    const bool consistency = d.uniform() < options.consistency;
    const std::uint32_t steps = 1U << d.below(doublings);  // whole steps of 1 / steps
    const double half = 0.5 / steps, begin = static_cast<double>(d.below(steps)) / steps;
    times[0] = static_cast<float>(consistency ? begin : distribution.draw(d));
    times[1] = static_cast<float>(consistency ? half : 0.0);
  });
  return loss_.row_losses(net(), batch.actions, draws.noise, draws.first, draws.second, batch.condition);
}

}  // namespace fm
