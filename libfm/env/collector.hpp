#pragma once
// Collection for reinforcement learning: N copies of an environment that a policy keeps stepping, in segments.

#include "libfm/env/stepper.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace fm {

/// An episode that has ended within a segment.
struct EndedEpisode {
  std::uint64_t number = 0;
  double total_reward = 0.0;
  std::int64_t steps = 0;
  bool success = false;
};

/// T steps of N copies. Row t N + i is step t of copy i.
struct Segment {
  Matrix observations;          ///< (T N, O), before each step
  Matrix goals;                 ///< (T N, G)
  Matrix extras;                ///< (T N, E), the policy's
  std::vector<double> rewards;  ///< (T N)
  std::vector<std::uint8_t> terminated;
  std::vector<std::uint8_t> ended;  ///< terminated or truncated
  /// Rows whose episode goes on beyond the segment, or was truncated: the value of what follows them is not in the
  /// segment's rows. In the order of copies.
  std::vector<std::int64_t> cuts;
  Matrix cut_observations;  ///< (cuts, O), after each of them
  Matrix cut_goals;         ///< (cuts, G)
  std::vector<EndedEpisode> episodes;
};

/// Where a collection stands: the episodes that are running, each given by its number and the actions so far.
struct CollectorState {
  std::vector<std::uint64_t> episodes;  ///< (N)
  std::vector<Matrix> actions;          ///< (N) of (steps so far, A), as executed
  Matrix observations;                  ///< (N, O), the present ones
};

/// When an episode ends its copy begins the next: the k-th of copy i has number i + k N. A segment is a function of
/// those before it and of the policy; threads do not change a bit, if the policy's rows are independent for the same
/// rows in a call.
class Collector {
 public:
  /// @param initial initial states, by episode number
  /// @param state to go on from: its episodes are begun and stepped again; null: from the first episodes
  /// @throws InputError if the state does not fit, or does not lead to its observations: the environment is not
  /// deterministic.
  Collector(const EnvFactory& env, const PolicyFactory& make_policy, const RandomStream& initial, int copies,
            const CollectorState* state = nullptr);
  ~Collector();

  /// The next `steps` steps of every copy.
  /// @throws InputError if a reward or an observation is not finite, with copy, episode and step.
  Segment collect(int steps);

  CollectorState state() const;

 private:
  class Group;
  RolloutOptions options_;
  int copies_;
  std::vector<std::unique_ptr<Group>> groups_;  ///< of consecutive copies
};

}  // namespace fm
