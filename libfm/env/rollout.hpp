#pragma once
// The one loop in which a policy acts in an environment. Collection, demonstration, evaluation and reinforcement
// learning all call it.

#include "libfm/env/environment.hpp"
#include "libfm/env/policy.hpp"

#include <cstdint>
#include <vector>

namespace fm {

/// One episode of T steps.
struct Episode {
  std::uint64_t index = 0;  ///< the position in the streams that it was drawn from
  Matrix observations;      ///< (T + 1, O)
  Matrix actions;           ///< (T, A), without noise: the policy's own, or what the labeller would have done
  Matrix executed_actions;  ///< (T, A), where they differ; else empty
  Matrix goals;             ///< (T + 1, G)
  StateMatrix states;       ///< (T + 1, S)
  Matrix extras;            ///< (T, E)
  std::vector<double> rewards;
  std::vector<std::uint8_t> terminated;
  std::vector<std::uint8_t> truncated;
  bool success = false;

  Eigen::Index steps() const { return actions.rows(); }
  double total_reward() const;
  /// What the environment was given.
  const Matrix& executed() const { return executed_actions.size() > 0 ? executed_actions : actions; }
};

struct RolloutOptions {
  std::int64_t episodes = 1;
  std::uint64_t first_episode = 0;
  RandomStream initial{0, "rollout"};  ///< initial states, by episode
  /// Standard deviation of Gaussian noise on the executed action, in its units; the recorded action stays clean
  /// (DART, Laskey et al. 2017).
  double action_noise = 0.0;
  RandomStream noise{0, "noise"};  ///< by (episode, step)
  /// Labels every visited state: its actions are what is recorded; the policy's own, with their noise, are executed
  /// (DAgger, Ross, Gordon, Bagnell 2011). Empty: the policy's own actions are recorded.
  PolicyFactory label = {};
  /// Goals are drawn from this many values, evenly spread over each goal's bounds; 0: as the environment draws them.
  int goal_levels = 0;
  std::int64_t block = 192;  ///< copies that one thread steps together
};

/// Runs whole episodes, each until it is terminated or truncated, on all threads. A copy whose episode has ended takes
/// the next one, so that the longest episode keeps nobody waiting. Episode n is a function of first_episode + n alone:
/// block, threads and the order of work change no bit.
/// @throws InputError if goal_levels are asked for where goals have no bounds; Interrupted on a noted signal.
std::vector<Episode> rollout(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options);

/// The total reward of each.
std::vector<double> returns_of(const std::vector<Episode>& episodes);

}  // namespace fm
