#pragma once
// The training loop.

#include "libfm/train/options.hpp"
#include "libfm/train/training_data.hpp"
#include "libfm/train/validation.hpp"

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace fm {

struct TrainingJob {
  PolicyDescription description;
  RowParts train;
  RowParts validation;
  std::uint64_t seed = 0;
  c10::Device device = c10::Device(c10::kCPU);
  std::filesystem::path directory;                     ///< receives checkpoints/ and the metrics
  RolloutScore rollout;                                ///< empty if there is no environment
  std::map<std::string, std::string> metadata;         ///< written to every checkpoint in addition to the description
  std::shared_ptr<const PolicyModel> initial_weights;  ///< null: random ones
  std::shared_ptr<const PolicyModel> teacher;          ///< null: the policy learns only from data
};

/// Trains to the end, resuming from checkpoints/last.safetensors in the job's directory if it exists: an interrupted
/// and resumed run ends with the same bytes as an uninterrupted one.
/// @throws Interrupted after a save, on a noted signal.
/// @throws InputError if the loss is not finite, with the step and rows, or if a checkpoint does not fit the options.
/// @throws MachineError if a file cannot be written.
void train(const TrainOptions& options, const TrainingJob& job);

}  // namespace fm
