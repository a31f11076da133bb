#pragma once
// The state of reinforcement learning in checkpoints/last.safetensors: a policy's checkpoint, with the value network, the
// optimisers, the running normalisers and the running episodes added. Random numbers are functions of the position.

#include "libfm/core/safetensors.hpp"
#include "libfm/env/collector.hpp"
#include "libfm/rl/learner.hpp"
#include "libfm/rl/running_statistics.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace fm {

struct ReinforcementState {
  std::int64_t iteration = 0;  ///< number of completed ones
  double learning_rate = 0.0;  ///< of the policy
  /// The highest scores so far, of the highest mean: best.safetensors is the last policy that was not clearly below them.
  /// Empty: none yet.
  std::vector<double> best;
  std::int64_t best_iteration = 0;
  std::optional<double> last_return;  ///< the mean of the last evaluation
  std::vector<double> observation_statistics, reward_scale;
  CollectorState collector;
};

/// Writes the file atomically. @throws MachineError if it cannot be written.
/// @param policy the policy's own checkpoint
void save_reinforcement(const std::filesystem::path& file, SafeTensors policy, const Learner& learner,
                        const ReinforcementState& state);

/// Fills the learner's weights and optimisers in place, and the policy's normaliser of observations.
/// @throws InputError if the file is malformed or does not fit.
ReinforcementState load_reinforcement(const std::filesystem::path& file, Learner& learner);

}  // namespace fm
