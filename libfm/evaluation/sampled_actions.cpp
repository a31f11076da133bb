#include "libfm/evaluation/sampled_actions.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/flow_math/noise.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <span>
#include <string>

namespace fm {
namespace {

constexpr std::int64_t block_rows = 1024;

/// Samples in rows [begin, end), (end - begin, H A).
Matrix sample(Predictor& predictor, const Rows& rows, std::int64_t begin, std::int64_t end, const RandomStream& noise) {
  const PolicyDescription& d = predictor.description();
  const Eigen::Index n = end - begin, horizon = d.policy.horizon.prediction, width = rows.actions.cols();
  const Matrix observations = observation_windows(rows, begin, end, d.policy.horizon.observations);
  const Matrix goals = rows.goals.middleRows(begin, n);
  FloatMatrix noises(n, predictor.noises() * horizon * width), predictions(n * horizon, width);
  const auto action_noise = static_cast<float>(d.sampler.action_noise);
  FloatMatrix on_actions(n, action_noise > 0.0F ? horizon * width : 0);
  const auto row = [](FloatMatrix& matrix, Eigen::Index i) {
    return std::span(matrix.data() + i * matrix.cols(), static_cast<std::size_t>(matrix.cols()));
  };
  for (Eigen::Index i = 0; i < n; ++i) {
    draw_noise(noise, static_cast<std::uint64_t>(begin + i), 0, row(noises, i), row(on_actions, i));
  }
  predictor.prepare(static_cast<int>(block_rows));
  predictor.predict({.rows = static_cast<int>(n),
                     .observations = observations.data(),
                     .goals = goals.data(),
                     .noise = noises.data(),
                     .guesses = nullptr,
                     .actions = predictions.data()});
  if (on_actions.size() > 0) predictions += action_noise * on_actions.reshaped<Eigen::RowMajor>(n * horizon, width);
  const RelativeActions relative(d.spec, d.policy.relative);
  const Matrix states = rows.observations.middleRows(begin, n);
  Matrix references = relative.references(states).replicate(1, horizon);
  references.resize(n * horizon, width);  // of each action of each prediction
  Matrix actions(n * horizon, width);
  predictor.execute(predictions, references, actions);
  return Eigen::Map<const Matrix>(actions.data(), n, horizon * width);
}

/// The same in blocks, on all threads.
Matrix sample_rows(const PredictorFactory& engine, const Rows& rows, Eigen::Index first, Eigen::Index last,
                   const RandomStream& noise) {
  const int horizon = engine()->description().policy.horizon.prediction;
  Matrix all(last - first, horizon * rows.actions.cols());
  for_each_block(last - first, block_rows, [&](std::int64_t begin, std::int64_t end) {
    all.middleRows(begin, end - begin) = sample(*engine(), rows, first + begin, first + end, noise);
  });
  return all;
}

}  // namespace

SampledActions sample_actions(const PredictorFactory& engine, const Rows& rows, const RandomStream& noise) {
  const auto horizon = static_cast<Eigen::Index>(engine()->description().policy.horizon.prediction);
  return {.recorded = action_windows(rows, 0, rows.size(), horizon),
          .sampled = sample_rows(engine, rows, 0, rows.size(), noise),
          .actions = rows.actions.cols()};
}

std::vector<PredictedEpisode> predict_episodes(const PredictorFactory& engine, const Rows& rows, int episodes,
                                               Eigen::Index steps, int samples, const RandomStream& noise) {
  std::vector<PredictedEpisode> result;
  for (Eigen::Index i = 0; i < rows.size() && std::ssize(result) < episodes; ++i) {
    if (rows.begin[static_cast<std::size_t>(i)] != i) continue;
    Eigen::Index end = i;
    while (end < rows.size() && rows.begin[static_cast<std::size_t>(end)] == i && end < i + steps) ++end;
    PredictedEpisode& episode = result.emplace_back();
    episode.recorded = rows.actions.middleRows(i, end - i);
    for (int k = 0; k < samples; ++k) {
      const Matrix sampled = sample_rows(engine, rows, i, end, noise.child(std::to_string(k)));
      episode.sampled.emplace_back(sampled.leftCols(rows.actions.cols()));
    }
  }
  return result;
}

}  // namespace fm
