#include "libfm/evaluation/sampled_actions.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/flow_math/noise.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <algorithm>
#include <string>

namespace fm {
namespace {

constexpr std::int64_t block_rows = 1024;

/// Samples in rows [begin, end) into the same rows of `to` (M, H A).
void sample(Predictor& predictor, const Rows& rows, std::int64_t begin, std::int64_t end, const RandomStream& noise,
            Matrix& to) {
  const PolicyDescription& d = predictor.description();
  const Eigen::Index n = end - begin, horizon = d.policy.horizon.prediction, width = rows.actions.cols();
  const Matrix observations = observation_windows(rows, begin, end, d.policy.horizon.observations);
  const Matrix goals = rows.goals.middleRows(begin, n);
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
  to.middleRows(begin, n) = Eigen::Map<const Matrix>(actions.data(), n, horizon * width);
}

}  // namespace

SampledActions sample_actions(const PredictorFactory& engine, const Rows& rows, Eigen::Index count,
                              const RandomStream& noise) {
  const auto horizon = static_cast<Eigen::Index>(engine()->description().policy.horizon.prediction);
  SampledActions result{.recorded = action_windows(rows, 0, count, horizon),
                        .sampled = Matrix(count, horizon * rows.actions.cols()),
                        .actions = rows.actions.cols()};
  for_each_block(count, block_rows, [&](std::int64_t begin, std::int64_t end) {
    sample(*engine(), rows, begin, end, noise, result.sampled);
  });
  return result;
}

std::vector<PredictedEpisode> predict_episodes(const PredictorFactory& engine, const Rows& rows, int episodes,
                                               Eigen::Index steps, int samples, const RandomStream& noise) {
  std::vector<Eigen::Index> begins;  // of the episodes, and behind the last one
  for (Eigen::Index i = 0; i < rows.size(); ++i) {
    if (rows.begin[static_cast<std::size_t>(i)] == i) begins.push_back(i);
  }
  begins.push_back(rows.size());
  const auto count = std::min(static_cast<std::size_t>(episodes), begins.size() - 1);
  std::vector<PredictedEpisode> result(count);
  for (int k = 0; k < samples; ++k) {
    const SampledActions all = sample_actions(engine, rows, begins[count], noise.child(std::to_string(k)));
    for (std::size_t i = 0; i < count; ++i) {
      const Eigen::Index length = std::min(steps, begins[i + 1] - begins[i]);
      result[i].recorded = all.recorded.block(begins[i], 0, length, all.actions);
      result[i].sampled.emplace_back(all.sampled.block(begins[i], 0, length, all.actions));
    }
  }
  return result;
}

}  // namespace fm
