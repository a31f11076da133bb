#pragma once
// The actor of PPO: a ~ N(mu(s), diag d^2) with the policy's action as the mean and deviations d that do not depend on
// the state.

#include "libfm/rl/actor.hpp"

namespace fm {

class GaussianActor final : public Actor {
 public:
  /// @param policy whose action does not depend on noise
  GaussianActor(std::shared_ptr<PolicyModel> policy, const GaussianActorOptions& options);

  Sample sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t noise_size() const override { return actions_; }
  std::int64_t record_size() const override { return actions_ + 1; }
  Evaluation evaluate(const Condition& condition, const at::Tensor& record) const override;

 private:
  at::Tensor mean(const Condition& condition) const;  ///< (N, A)

  std::int64_t actions_;       ///< A
  at::Tensor log_deviations_;  ///< (A)
};

}  // namespace fm
