#pragma once
// FPO (McAllister et al. 2025, 2507.21053): the ratio of a flow policy's probabilities is estimated by the decrease of
// its flow-matching loss at the action, for pairs of noise and time that are drawn with the action and kept,
//
//   ratio = exp(mean_i (l_old(z0_i, t_i) - l_new(z0_i, t_i))),
//
// or, as an option (FPO++, 2602.02481), exp(l_old - l_new) for each pair. Losses are means over action dimensions, and
// clipped. The action is the sampler's: exploration is the flow's own spread.

#include "libfm/policy/flow_model.hpp"
#include "libfm/rl/actor.hpp"

namespace fm {

class FpoActor final : public Actor {
 public:
  FpoActor(std::shared_ptr<FlowModel> policy, const FpoOptions& options);

  Sample sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t noise_size() const override { return actions_ + options_.pairs * (actions_ + 1); }
  /// The action, then the pairs' noise, their times, and their losses.
  std::int64_t record_size() const override { return actions_ + options_.pairs * (actions_ + 2); }
  Evaluation evaluate(const Condition& condition, const at::Tensor& record) const override;

 private:
  /// (N, pairs), clipped.
  at::Tensor losses(const Condition& condition, const at::Tensor& actions, const at::Tensor& noise,
                    const at::Tensor& times) const;

  std::shared_ptr<FlowModel> flow_;
  FpoOptions options_;
  std::int64_t actions_;  ///< A
};

}  // namespace fm
