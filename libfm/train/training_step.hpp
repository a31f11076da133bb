#pragma once
// One step of training: the loss of a batch, its gradient, AdamW, and the moving average of the weights. What is done
// thousands of times and nothing else, so that a benchmark can time the loop's own step.

#include "libfm/policy/policy_model.hpp"
#include "libfm/train/adamw.hpp"
#include "libfm/train/options.hpp"

#include <cstdint>
#include <memory>

namespace fm {

/// Of a model's weights, for train.precision.
at::ScalarType weights_type(const std::string& precision);

class TrainingStep {
 public:
  /// @param averaged takes the moving average of the model's weights; the model itself where there is none
  TrainingStep(std::shared_ptr<PolicyModel> model, std::shared_ptr<PolicyModel> averaged, const TrainOptions& options);

  /// @param draws all randomness is drawn from (draws, position, row)
  /// @return the loss before the step, a scalar on the model's device
  at::Tensor run(const Batch& batch, const RandomStream& draws, std::uint64_t position, double learning_rate);

  const AdamW& optimiser() const { return optimiser_; }

 private:
  at::Tensor loss(const Batch& batch, const RandomStream& draws, std::uint64_t position) const;

  std::shared_ptr<PolicyModel> model_;
  AdamW optimiser_;
  bool rounds_;  ///< the factors of products to bfloat16
};

}  // namespace fm
