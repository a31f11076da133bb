#pragma once
// The interface of policies that reinforcement learning improves: an actor samples actions with a record of how, and
// computes from the record how much more likely its present weights make them.
//
//   gaussian   the action and its log-probability                        policy `mse`, the mean
//   reinflow   the chain from noise to action and its log-probability    policy `flow`
//   fpo        the action, and pairs of noise and time with their loss   policy `flow`
//
// The policy itself is an ordinary one: what is learned beside it (the deviation of noise) belongs to the actor.

#include "libfm/policy/policy_model.hpp"
#include "libfm/rl/options.hpp"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace fm {

class Actor : public torch::nn::Module {
 public:
  explicit Actor(std::shared_ptr<PolicyModel> policy) : policy_(std::move(policy)) {}

  PolicyModel& policy() { return *policy_; }
  const PolicyModel& policy() const { return *policy_; }
  std::shared_ptr<PolicyModel> shared_policy() const { return policy_; }

  /// The parameters that are trained: the policy's, then the actor's own.
  std::vector<at::Tensor> trained() const;

  struct Sample {
    at::Tensor actions;  ///< (N, A), normalised; may exceed the environment's bounds
    at::Tensor record;   ///< (N, R)
  };

  /// @param noise (N, noise_size()) ~ N(0, I)
  virtual Sample sample(const Condition& condition, const at::Tensor& noise) const = 0;
  virtual std::int64_t noise_size() const = 0;
  virtual std::int64_t record_size() const = 0;  ///< R

  struct Evaluation {
    at::Tensor log_ratio;  ///< (N, K), of the present density to that when the record was made; K ratios for each row
    at::Tensor entropy;    ///< scalar, per action dimension; undefined: not known
  };

  virtual Evaluation evaluate(const Condition& condition, const at::Tensor& record) const = 0;

  /// @param progress of the whole training, in [0, 1]
  virtual void set_progress(double /*progress*/) {}

 private:
  std::shared_ptr<PolicyModel> policy_;
};

/// The actor of rl.name for this policy. @throws InputError as check_actor does.
std::shared_ptr<Actor> make_actor(const RlOptions& options, std::shared_ptr<PolicyModel> policy,
                                  const RandomStream& init);

/// @throws InputError if the algorithm does not train such a policy.
void check_actor(const RlOptions& options, const PolicyDescription& description);

}  // namespace fm
