#pragma once
// Validation of a model between two epochs: its loss on held-out rows, and its returns.

#include "libfm/core/random.hpp"
#include "libfm/train/loaded_rows.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fm {

/// Returns from the same initial states, one entry per episode.
struct PairedReturns {
  std::vector<double> policy;
  std::vector<double> expert;  ///< empty: there is no expert

  /// The policy's returns, minus the expert's if there is one: their differences between two policies are paired.
  std::vector<double> scores() const;
};

/// Rolls a model out in the environment.
using RolloutScore = std::function<PairedReturns(std::shared_ptr<const PolicyModel>)>;

/// Adds the mean return and, with an expert, its mean return, their difference and its 95 % interval to a line of
/// metrics, as rollout_return and so on.
void add_returns(const PairedReturns& returns, nlohmann::json& line);

/// "return -150.6 (expert -150.7, paired gap 0.1)"
std::string describe(const PairedReturns& returns);

/// The mean loss over all rows, of which parts are loaded as needed. Noise and times are functions of `draws` and the row,
/// so epochs differ only in weights.
double validation_loss(const PolicyModel& model, LoadedRows& rows, const RandomStream& draws);

/// The returns of the model with `steps` solver steps.
PairedReturns score_rollout(const std::shared_ptr<PolicyModel>& model, int steps, const RolloutScore& rollout);

}  // namespace fm
