#pragma once
// The training loop.

#include "libfm/train/options.hpp"
#include "libfm/train/training_data.hpp"

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fm {

/// Returns over the same initial states, an entry for each episode.
struct PairedReturns {
  std::vector<double> policy;
  std::vector<double> expert;
};

/// Lets a model act in the environment.
using RolloutScore = std::function<PairedReturns(std::shared_ptr<const PolicyModel>)>;

struct TrainingJob {
  PolicyDescription description;
  Rows train;
  Rows validation;
  std::uint64_t seed = 0;
  c10::Device device = c10::Device(c10::kCPU);
  std::filesystem::path directory;                     ///< receives checkpoints/ and the metrics
  RolloutScore rollout;                                ///< empty where there is no environment
  std::map<std::string, std::string> metadata;         ///< goes into every checkpoint beside the description
  std::shared_ptr<const PolicyModel> initial_weights;  ///< null: fresh ones
  std::shared_ptr<const PolicyModel> teacher;          ///< null: the policy learns from data alone
};

/// Trains to the end, or goes on from checkpoints/last.safetensors in the job's directory: a run that was stopped at
/// any moment ends with the same bytes as one that was not.
/// @throws Interrupted after a save, on a noted signal. @throws InputError if the loss is not finite, with the step and
/// the rows.
void train(const TrainOptions& options, const TrainingJob& job);

}  // namespace fm
