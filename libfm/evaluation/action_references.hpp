#pragma once
// What the error of a policy on recorded states is to be compared with: predictors without a network, and what no
// predictor of a single action can reach.

#include "libfm/evaluation/action_error.hpp"

#include <optional>

namespace fm {

struct ActionReferences {
  ActionError mean_action;  ///< of the mean action of the training rows
  ActionError nearest;      ///< of the actions recorded in and after the nearest training state
  /// How far actions recorded in equal states lie apart: root mean square over dimensions of their deviation from their
  /// mean, relative to the spread. Empty if no state repeats.
  std::optional<double> repeated;
  std::int64_t repeated_states = 0;  ///< rows in states that others are also in
};

/// In at most 2,000 of the states, evenly chosen; the nearest among at most 100,000 of the training states. States are
/// an observation and a goal, each dimension relative to its deviation; repeated ones are equal in all numbers.
/// @param training, states at least one row each
/// @param horizon actions of a prediction
ActionReferences action_references(const Rows& training, const Rows& states, Eigen::Index horizon);

}  // namespace fm
