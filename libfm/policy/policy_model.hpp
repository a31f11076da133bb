#pragma once
// The contract of what can be trained to act: a loss on recorded actions, and samples of new ones.

#include "libfm/core/random.hpp"
#include "libfm/nn/normaliser.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace fm {

/// Rows to learn from, normalised.
struct Batch {
  at::Tensor actions;  ///< (N, H, A)
  Condition condition;
};

class PolicyModel : public torch::nn::Module {
 public:
  explicit PolicyModel(const PolicyDescription& description);

  const PolicyDescription& description() const { return description_; }

  /// What training minimises, a scalar. All randomness is drawn from (stream, position, row of the batch).
  virtual at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const = 0;

  /// The same for a step of training: a loss to call backward() on, or one without a graph, where the model knew a
  /// shorter way and its parameters have their gradients already.
  virtual at::Tensor training_loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
    return loss(batch, stream, position);
  }

  /// How many noises (H, A) a sample is made from.
  virtual std::int64_t noises() const { return 1; }

  /// @param noise (N, noises(), H, A) ~ N(0, I)
  /// @return (N, H, A), normalised actions
  virtual at::Tensor sample(const Condition& condition, const at::Tensor& noise) const = 0;

  /// The same from a guess (N, H, A) of the actions, where set_sampler takes sampler.warm_start.
  virtual at::Tensor refine(const Condition& condition, const at::Tensor& noise, const at::Tensor& guess) const;

  /// Of normalised actions (N, H, A), (N). @throws InputError where the policy's density is not known.
  /// @param probes (K, N, H, A) ~ N(0, I), for estimates of what takes too long exactly; may be undefined
  virtual at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                                     const at::Tensor& probes) const;

  /// Samples with other settings than those of the description from here on.
  /// @throws InputError for one that this policy cannot follow.
  virtual void set_sampler(const SamplerOptions& sampler);

  /// Learns from a teacher's samples from here on. @throws InputError where the policy learns from data alone.
  virtual void set_teacher(std::shared_ptr<const PolicyModel> teacher);

  /// Network evaluations so far.
  virtual std::int64_t evaluations() const = 0;

  /// @param observations (N, h, O), oldest first, goals (N, G), in the environment's units
  Condition condition(const at::Tensor& observations, const at::Tensor& goals) const;

  const Normaliser& action_normaliser() const { return *actions_; }

  /// Normalised actions (..., A) in the environment's units, within their bounds.
  at::Tensor executable(const at::Tensor& actions) const;

  /// Normalised actions (..., A) within the environment's bounds, normalised.
  at::Tensor within_bounds(const at::Tensor& actions) const;

 protected:
  PolicyDescription description_;

 private:
  std::shared_ptr<Normaliser> observations_;
  std::shared_ptr<Normaliser> actions_;
  std::shared_ptr<Normaliser> goals_;
  at::Tensor visible_;  ///< (O), 0 for an observation that is hidden
  at::Tensor lowest_;   ///< (A), the environment's bounds
  at::Tensor highest_;
};

/// A model with fresh weights drawn from `init`, by description.policy.name.
std::shared_ptr<PolicyModel> make_policy_model(const PolicyDescription& description, const RandomStream& init);

/// Whether the policy of this name is trained on a teacher's samples.
bool learns_from_teacher(const std::string& policy);

/// Of a velocity network for this policy.
NetworkSizes network_sizes(const PolicyDescription& description);

/// Whether one model's weights have the sizes of the other's, in order.
bool same_sizes(const PolicyModel& a, const PolicyModel& b);

/// Copies the weights of one model into another with the same_sizes().
void copy_weights(const PolicyModel& from, PolicyModel& to);

}  // namespace fm
