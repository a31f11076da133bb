#pragma once
// Where a training run stands, in checkpoints/last.safetensors: a policy's checkpoint with the optimiser's moments and
// the position added. Random numbers are functions of the position, so there is no generator to save.

#include "libfm/core/safetensors.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/train/adamw.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace fm {

struct TrainingState {
  std::int64_t step = 0;     ///< steps done
  std::vector<double> best;  ///< the figures of best.safetensors, the higher the better; empty: there is none yet
  std::int64_t best_step = 0;
};

/// The tensors that make up a run; `averaged` is the model itself where there is no moving average.
struct TrainingTensors {
  std::shared_ptr<PolicyModel> model;
  std::shared_ptr<PolicyModel> averaged;
  const AdamW& optimiser;
  at::Tensor losses;  ///< of the present epoch's steps
};

/// @param policy the policy's own checkpoint
void save_training(const std::filesystem::path& file, SafeTensors policy, const TrainingTensors& tensors,
                   const TrainingState& state);

/// Fills the tensors in place. @throws InputError if the file does not fit them.
TrainingState load_training(const std::filesystem::path& file, const TrainingTensors& tensors);

}  // namespace fm
