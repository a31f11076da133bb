#include "libfm/evaluation/model_metrics.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/flow_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fm {
namespace {

at::Tensor draw_for_rows(const PolicyModel& model, const RandomStream& stream, std::int64_t begin, std::int64_t end,
                         std::int64_t count) {
  std::vector<std::uint64_t> ids(static_cast<std::size_t>(end - begin));
  std::iota(ids.begin(), ids.end(), static_cast<std::uint64_t>(begin));
  const std::vector<std::uint32_t> steps(ids.size(), 0);
  const PolicyDescription& d = model.description();
  return draw_noise(stream, ids, steps, count, d.policy.horizon.prediction,
                    static_cast<std::int64_t>(d.spec.actions.size()))
      .to(model.parameters().front().options());
}

double straightness(const OdeSolution& solution) {
  const at::Tensor chord = solution.z - solution.trajectory.front();
  at::Tensor sum = 0.0 * chord;
  for (std::size_t i = 0; i + 1 < solution.times.size(); ++i) {
    const double step = solution.times[i + 1] - solution.times[i];
    const at::Tensor velocity = (solution.trajectory[i + 1] - solution.trajectory[i]) / step;
    sum = sum + step * (chord - velocity).square();
  }
  const double moved = chord.square().mean().item<double>();
  return moved > 0.0 ? sum.mean().item<double>() / moved : 0.0;
}

double mean_log_probability(const PolicyModel& model, const Batch& batch, int count, const RandomStream& noise) {
  const std::int64_t rows = batch.actions.size(0), size = batch.actions.numel() / rows;
  constexpr std::int64_t exact_up_to = 8;
  const at::Tensor probes =
      size <= exact_up_to ? at::Tensor() : draw_for_rows(model, noise.child("probes"), 0, rows, count).transpose(0, 1);
  double unit = 0.0;  // logarithm of the volume of a normalised unit
  for (const double scale : model.description().actions.scale) unit += std::log(scale);
  unit *= model.description().policy.horizon.prediction;
  return model.log_probability(batch.condition, batch.actions, probes).mean().item<double>() - unit;
}

}  // namespace

at::Tensor draw_noises(const PolicyModel& model, const RandomStream& stream, std::int64_t begin, std::int64_t end) {
  return draw_for_rows(model, stream, begin, end, model.noises());
}

std::map<std::string, double> model_metrics(const PolicyModel& model, const Rows& rows, const DensityOptions& options,
                                            const RandomStream& noise) {
  if (rows.size() == 0) return {};
  const at::NoGradGuard no_grad;
  const std::int64_t count = std::min<std::int64_t>(rows.size(), 2000);
  const Batch batch = TrainingData(rows, model).range(0, count);
  std::map<std::string, double> metrics;
  const auto* flow = dynamic_cast<const FlowModel*>(&model);
  if (flow != nullptr && flow->noises() == 1) {
    metrics["path_straightness"] = straightness(flow->trace(batch.condition, draw_noises(model, noise, 0, count)));
  }
  if (options.log_probability) {
    metrics["log_probability"] = mean_log_probability(model, batch, options.probes, noise);
  }
  return metrics;
}

}  // namespace fm
