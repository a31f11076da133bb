#pragma once
// The loop of proximal policy optimisation (Schulman et al. 2017) over an actor (rl/actor.hpp): copies of the environment
// are stepped for a segment, advantages are estimated, and policy and value network are updated in several passes.

#include "libfm/env/environment.hpp"
#include "libfm/rl/options.hpp"
#include "libfm/train/validation.hpp"

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace fm {

struct ReinforcementJob {
  PolicyDescription description;
  EnvFactory env;
  std::uint64_t seed = 0;
  c10::Device device = c10::Device(c10::kCPU);
  std::filesystem::path directory;                     ///< receives checkpoints/ and the metrics
  RolloutScore rollout;                                ///< evaluates the policy as it will act
  std::map<std::string, std::string> metadata;         ///< written to every checkpoint in addition to the description
  std::shared_ptr<const PolicyModel> initial_weights;  ///< null: random ones
  double checkpoint_seconds = 5.0;                     ///< time between saves of last.safetensors
};

/// Trains to the end, resuming from checkpoints/last.safetensors in the job's directory if it exists: an interrupted and
/// resumed run ends with the same bytes as an uninterrupted one. best.safetensors is an ordinary policy.
/// @throws Interrupted on a noted signal: after a save, or within an evaluation, with what was saved before.
/// @throws InputError if a loss, reward or observation is not finite, if a checkpoint does not fit the options, or as
/// check_actor does; MachineError if a file cannot be written.
void reinforce(const RlOptions& options, const ReinforcementJob& job);

/// A policy's description for training from fresh weights: actions and goals scaled from their bounds to [-1, 1],
/// observations as they are.
PolicyDescription normalised_by_bounds(PolicyDescription description);

}  // namespace fm
