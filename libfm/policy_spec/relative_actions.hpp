#pragma once
// Actions that a policy predicts relative to an observation (policy.relative), as a target position relative to the present
// one. All actions of a chunk are relative to the observation at the time of the prediction (Chi et al. 2024):
//
//   predicted_k = action_k - reference,   reference = observation, or 0 for actions that are not relative.

#include "libfm/core/free_mapping.hpp"
#include "libfm/env/environment.hpp"

#include <optional>
#include <vector>

namespace fm {

class RelativeActions {
 public:
  /// @param pairs {ACTION: OBSERVATION}
  /// @throws InputError for a name that is not in the specification, or units that differ.
  RelativeActions(const EnvSpec& spec, const FreeMapping& pairs);

  bool any() const;
  bool is_relative(std::size_t action) const { return observations_[action].has_value(); }
  /// (A), the places among the observations of what each action is relative to; empty: it is absolute.
  const std::vector<std::optional<std::size_t>>& observations() const { return observations_; }

  /// What the action is relative to under an observation (O), both in the environment's units.
  double reference(std::size_t action, const double* observation) const {
    return is_relative(action) ? observation[*observations_[action]] : 0.0;
  }
  /// The same of all actions, (A).
  void references(const double* observation, double* references) const {
    for (std::size_t j = 0; j < observations_.size(); ++j) references[j] = reference(j, observation);
  }
  /// The same under each of several observations (N, O), (N, A).
  Matrix references(const Matrix& observations) const;

 private:
  std::vector<std::optional<std::size_t>> observations_;  ///< (A), what each action is relative to
};

}  // namespace fm
