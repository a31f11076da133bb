#pragma once
// Validation of a model between two epochs: its loss on held-out rows, and its returns.

#include "libfm/core/random.hpp"
#include "libfm/train/training_data.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace fm {

/// Returns from the same initial states, one entry per episode.
struct PairedReturns {
  std::vector<double> policy;
  std::vector<double> expert;
};

/// Rolls a model out in the environment.
using RolloutScore = std::function<PairedReturns(std::shared_ptr<const PolicyModel>)>;

/// The mean loss over all rows. Noise and times are functions of `draws` and the row, so epochs differ only in weights.
double validation_loss(const PolicyModel& model, const TrainingData& data, const RandomStream& draws);

/// The returns of the model with `steps` solver steps.
PairedReturns score_rollout(const std::shared_ptr<PolicyModel>& model, int steps, const RolloutScore& rollout);

}  // namespace fm
