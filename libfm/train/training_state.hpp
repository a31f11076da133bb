#pragma once
// The state of a training run in checkpoints/last.safetensors: a policy's checkpoint with the optimiser's moments and
// the position added. Random numbers are functions of the position, so there is no generator to save.

#include "libfm/core/safetensors.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/train/adamw.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace fm {

struct TrainingState {
  std::int64_t step = 0;     ///< number of completed steps
  std::vector<double> best;  ///< the scores of best.safetensors, higher is better; empty: none yet
  std::int64_t best_step = 0;
  std::optional<double> first_loss;  ///< of the first epoch
  // With train.patience:
  std::optional<double> lowest_loss;     ///< in validation, or in training if nothing is held out
  std::optional<double> highest_return;  ///< of a rollout, minus the expert's if there is one
  std::int64_t improved_epoch = 0;       ///< the last one that changed one of these two
  bool stopped = false;                  ///< training has stopped before its last epoch
};

/// The tensors of a run; `averaged` is the model itself if there is no moving average.
struct TrainingTensors {
  std::shared_ptr<PolicyModel> model;
  std::shared_ptr<PolicyModel> averaged;
  const AdamW& optimiser;
  at::Tensor losses;  ///< (steps), of the current epoch
};

/// Writes the file atomically. @throws MachineError if it cannot be written.
/// @param policy the policy's own checkpoint
void save_training(const std::filesystem::path& file, SafeTensors policy, const TrainingTensors& tensors,
                   const TrainingState& state);

/// Fills the tensors in place. @throws InputError if the file is malformed or does not fit them.
TrainingState load_training(const std::filesystem::path& file, const TrainingTensors& tensors);

}  // namespace fm
