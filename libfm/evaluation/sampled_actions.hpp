#pragma once
// Actions that a policy samples in recorded states, beside the recorded ones.

#include "libfm/evaluation/engine.hpp"
#include "libfm/train/training_data.hpp"

#include <cstdint>
#include <vector>

namespace fm {

/// In the environment's units, one row for each state.
struct SampledActions {
  Matrix recorded;           ///< (M, H A), each state's action and the H - 1 that follow, as by action_windows
  Matrix sampled;            ///< (M, H A), as they would be executed
  Eigen::Index actions = 0;  ///< A

  Eigen::Index horizon() const { return recorded.cols() / actions; }
};

/// Samples once in each row.
/// @param noise of the sampler, by row
SampledActions sample_actions(const PredictorFactory& engine, const Rows& rows, const RandomStream& noise);

/// One held-out episode, or its part that was held out: the recorded actions beside several samples.
struct PredictedEpisode {
  Matrix recorded;              ///< (T, A)
  std::vector<Matrix> sampled;  ///< each (T, A): in each state the first action of a prediction
};

/// The first `episodes` of rows, at most `steps` steps of each.
std::vector<PredictedEpisode> predict_episodes(const PredictorFactory& engine, const Rows& rows, int episodes,
                                               Eigen::Index steps, int samples, const RandomStream& noise);

}  // namespace fm
