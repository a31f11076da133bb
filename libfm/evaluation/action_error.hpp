#pragma once
// Errors of sampled actions against recorded ones, as they would be executed, in the environment's units.

#include "libfm/evaluation/sampled_actions.hpp"

#include <cstdint>
#include <vector>

namespace fm {

struct ActionError {
  std::int64_t states = 0;         ///< number of states that were compared
  double rmse = 0.0;               ///< root mean square over all actions of the predictions and all dimensions
  std::vector<double> dimensions;  ///< (A), the same for each dimension
  std::vector<double> spread;      ///< (A), standard deviation of the recorded actions; 0 if is_constant()
  Matrix chunk;                    ///< (H, A), root mean square over the states, for each action of the prediction

  /// Root mean square over the dimensions of error / spread, which has no unit. Constant dimensions are left out; NaN
  /// if all are.
  double relative() const;
  /// (H), the same for each action of the prediction.
  std::vector<double> relative_by_position() const;
};

/// @param actions of at least one state
/// @param spread (A)
ActionError action_error(const SampledActions& actions, const std::vector<double>& spread);

/// ActionError::spread of recorded actions (M, A).
std::vector<double> spread_of(const Matrix& actions);

/// Samples in all rows, at least one.
ActionError action_error(const PredictorFactory& engine, const Rows& rows, const RandomStream& noise);

}  // namespace fm
