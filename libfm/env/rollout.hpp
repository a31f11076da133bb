#pragma once
// Whole episodes of a policy in an environment, by the loop of Stepper: for collection, demonstration and evaluation.

#include "libfm/env/environment.hpp"
#include "libfm/env/policy.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace fm {

/// One episode of T steps.
struct Episode {
  std::uint64_t index = 0;      ///< the position in the random streams that it is drawn from
  Matrix observations;          ///< (T + 1, O)
  Matrix actions;               ///< (T, A), without noise: the policy's own or the labeller's
  Matrix executed_actions;      ///< (T, A), if they may differ from `actions`, else empty
  Matrix goals;                 ///< (T + 1, G)
  Matrix states;                ///< (T + 1, S), or empty (RolloutOptions::states_of)
  Matrix extras;                ///< (T, E)
  std::vector<double> rewards;  ///< (T), as the flags below
  std::vector<std::uint8_t> terminated;
  std::vector<std::uint8_t> truncated;
  bool success = false;
  bool diverged = false;  ///< ended because the simulation diverged

  Eigen::Index steps() const { return actions.rows(); }
  double total_reward() const;
  /// The actions that the environment received.
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
  /// Labels every visited state: its actions are recorded, while the policy's own actions, with noise, are executed
  /// (DAgger, Ross, Gordon, Bagnell 2011). Empty: the policy's own actions are recorded.
  PolicyFactory label = {};
  /// Goals are drawn from this many values, evenly spaced over each goal's bounds; 0: as the environment draws them.
  int goal_levels = 0;
  std::vector<double> goal = {};  ///< (G), of every episode, throughout; empty: as goal_levels says
  /// States are recorded in this many episodes, the first ones: those of a legged robot are larger than its observations.
  std::int64_t states_of = std::numeric_limits<std::int64_t>::max();
  std::int64_t block = 192;  ///< most copies that one thread steps together
};

/// Runs whole episodes, each until it is terminated or truncated, on all threads. A copy whose episode has ended takes
/// the next one, so that no copy waits for the longest episode. Episode n is a function of first_episode + n alone:
/// block size, threads and the order of work do not change a bit.
/// @throws InputError if goal_levels is set for an environment without bounded goals, or `goal` is not one of its goals;
/// Interrupted on a noted signal.
std::vector<Episode> rollout(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options);

/// The total reward of each episode.
std::vector<double> returns_of(const std::vector<Episode>& episodes);

}  // namespace fm
