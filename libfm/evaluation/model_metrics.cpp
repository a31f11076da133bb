#include "libfm/evaluation/model_metrics.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/flow_math/noise.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/flow_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fm {
namespace {

constexpr std::int64_t block_rows = 1024;

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

/// (A), summed over rows [begin, end) and all actions of their predictions.
Eigen::VectorXd squared_error(Predictor& predictor, const Rows& rows, std::int64_t begin, std::int64_t end,
                              const RandomStream& noise) {
  const PolicyDescription& d = predictor.description();
  const Eigen::Index n = end - begin, horizon = d.policy.horizon.prediction, width = rows.actions.cols();
  const Matrix observations = observation_windows(rows, begin, end, d.policy.horizon.observations);
  const Matrix expected = action_windows(rows, begin, end, horizon), goals = rows.goals.middleRows(begin, n);
  FloatMatrix noises(n, predictor.noises() * horizon * width), predictions(n * horizon, width);
  for (Eigen::Index i = 0; i < n; ++i) {
    draw_noise(noise, static_cast<std::uint64_t>(begin + i), 0,
               {noises.data() + i * noises.cols(), static_cast<std::size_t>(noises.cols())});
  }
  predictor.prepare(static_cast<int>(block_rows));
  predictor.predict({.rows = static_cast<int>(n),
                     .observations = observations.data(),
                     .goals = goals.data(),
                     .noise = noises.data(),
                     .guesses = nullptr,
                     .actions = predictions.data()});
  const RelativeActions relative(d.spec, d.policy.relative);
  Matrix actions(n * horizon, width), references(n * horizon, width);
  for (Eigen::Index k = 0; k < references.rows(); ++k) {
    relative.references(rows.observations.row(begin + k / horizon).data(), references.row(k).data());
  }
  predictor.execute(predictions, references, actions);
  const Eigen::Map<const Matrix> targets(expected.data(), n * horizon, width);
  return (actions - targets).colwise().squaredNorm();
}

}  // namespace

at::Tensor draw_noises(const PolicyModel& model, const RandomStream& stream, std::int64_t begin, std::int64_t end) {
  return draw_for_rows(model, stream, begin, end, model.noises());
}

double ActionError::relative() const {
  double sum = 0.0;
  int count = 0;
  for (std::size_t j = 0; j < dimensions.size(); ++j) {
    if (spread[j] == 0.0) continue;
    sum += std::pow(dimensions[j] / spread[j], 2);
    ++count;
  }
  return std::sqrt(sum / count);
}

ActionError action_error(const PredictorFactory& engine, const Rows& rows, const RandomStream& noise) {
  constexpr std::int64_t block = block_rows;
  std::vector<Eigen::VectorXd> sums(static_cast<std::size_t>((rows.size() + block - 1) / block));
  for_each_block(rows.size(), block, [&](std::int64_t begin, std::int64_t end) {
    const std::unique_ptr<Predictor> predictor = engine();
    sums[static_cast<std::size_t>(begin / block)] = squared_error(*predictor, rows, begin, end, noise);
  });
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(rows.actions.cols());
  for (const Eigen::VectorXd& of_block : sums) sum += of_block;
  const auto count = static_cast<double>(rows.size() * engine()->description().policy.horizon.prediction);
  ActionError error{.states = rows.size(), .rmse = std::sqrt(sum.mean() / count)};
  for (Eigen::Index j = 0; j < sum.size(); ++j) {
    const Eigen::ArrayXd recorded = rows.actions.col(j);
    error.dimensions.push_back(std::sqrt(sum[j] / count));
    const bool constant = is_constant(recorded.matrix());
    error.spread.push_back(constant ? 0.0 : std::sqrt((recorded - recorded.mean()).square().mean()));
  }
  return error;
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
