#pragma once
// The limit on how fast executed actions change (sampler.rate_limit): per step and dimension,
//
//   |a_t - a_(t-1)| <= rate * time step,
//
// for actions in the environment's units. Applied last, to actions within the environment's bounds, in which it keeps
// them. An episode's first action is not limited.

#include "libfm/env/policy.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <span>
#include <vector>

namespace fm {

class RateLimit {
 public:
  /// @throws InputError if the list fits neither all dimensions nor each, or the time step is unknown.
  explicit RateLimit(const PolicyDescription& description);

  /// Forgets the last actions of `rows` of `copies`. Nothing is allocated afterwards while the number of copies is
  /// unchanged.
  void reset(int copies, std::span<const int> rows);

  /// @param actions (N, A). A row that is not finite is left as it is, and is not what the next action is limited from.
  void apply(const PolicyInput& input, Matrix& actions);

 private:
  std::vector<double> largest_changes_;  ///< (A), of a step; infinite: no limit; empty: none at all
  std::vector<double> last_;             ///< (N, A), NaN: none yet
};

}  // namespace fm
