#pragma once
// A trained model in the role of a Policy: what rollouts, evaluation and the launcher let act.

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class ModelPolicy final : public Policy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise);

  void reset(int copies, std::span<const int> rows) override;
  /// Actions are clipped to the bounds of the environment's specification.
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  std::shared_ptr<const PolicyModel> model_;
  RandomStream noise_;
  at::TensorOptions options_;
};

}  // namespace fm
