#pragma once
// A trained model in the role of a Policy: what rollouts, evaluation and the launcher let act.

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/model/receding_horizon.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>
#include <vector>

namespace fm {

class ModelPolicy final : public Policy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  /// @throws InputError if sampler.executed is more than what is predicted.
  ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise);

  void reset(int copies, std::span<const int> rows) override { horizon_.reset(copies, rows); }
  /// Actions are clipped to the bounds of the environment's specification.
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  /// Makes predictions for the given rows, all with a last one to begin from, or all without.
  void predict(const PolicyInput& input, const std::vector<int>& rows, bool from_last);
  /// (N, H, A) of the given rows.
  at::Tensor guesses(const std::vector<int>& rows) const;

  std::shared_ptr<const PolicyModel> model_;
  RandomStream noise_;
  at::TensorOptions options_;
  RecedingHorizon horizon_;
};

}  // namespace fm
