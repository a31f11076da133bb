#pragma once
// The contract of what can be trained to act: a loss on recorded actions, and samples of new ones.

#include "libfm/core/random.hpp"
#include "libfm/model/policy_description.hpp"
#include "libfm/nn/normaliser.hpp"
#include "libfm/nn/velocity_net.hpp"

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

  /// @param noise (N, H, A) ~ N(0, I)
  /// @return (N, H, A), normalised actions
  virtual at::Tensor sample(const Condition& condition, const at::Tensor& noise) const = 0;

  /// Samples with other settings than those of the description from here on.
  virtual void set_sampler(const SamplerOptions& sampler) = 0;

  /// Network evaluations so far.
  virtual std::int64_t evaluations() const = 0;

  /// @param observations (N, O), goals (N, G), in the environment's units
  Condition condition(const at::Tensor& observations, const at::Tensor& goals) const;

  const Normaliser& action_normaliser() const { return *actions_; }

 protected:
  PolicyDescription description_;

 private:
  std::shared_ptr<Normaliser> observations_;
  std::shared_ptr<Normaliser> actions_;
  std::shared_ptr<Normaliser> goals_;
};

/// A model with fresh weights drawn from `init`, by description.policy.name.
std::shared_ptr<PolicyModel> make_policy_model(const PolicyDescription& description, const RandomStream& init);

/// Copies the weights of one model into another of the same description.
void copy_weights(const PolicyModel& from, PolicyModel& to);

}  // namespace fm
