#pragma once
// The interface of trainable policies: a loss on recorded actions, and samples of new ones.
// Const functions are thread-safe.

#include "libfm/core/random.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <torch/nn/module.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace fm {

/// A batch of training rows, normalised.
struct Batch {
  at::Tensor actions;  ///< (N, H, A)
  Condition condition;
};

/// A Normalisation as float64 tensors (D) on the CPU.
struct Scaling {
  explicit Scaling(const Normalisation& normalisation);
  /// Of this type and device, zeros where `hidden` (D) is true; undefined: nowhere.
  at::Tensor normalise(const at::Tensor& x, const at::TensorOptions& type, const at::Tensor& hidden = {}) const;

  at::Tensor offset, scale;
  bool clip;
};

class PolicyModel : public torch::nn::Module {
 public:
  explicit PolicyModel(const PolicyDescription& description);

  const PolicyDescription& description() const { return description_; }

  /// The training loss of each row, (N). All randomness is drawn from (stream, position, row of the batch).
  virtual at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const = 0;

  /// The mean of losses, a scalar.
  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
    return losses(batch, stream, position).mean();
  }

  /// loss() for a training step. Either backward() can be called on the result, or it has no graph and the gradients of
  /// the parameters are already set, where the model has a faster implementation than autograd.
  virtual at::Tensor training_loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
    return loss(batch, stream, position);
  }

  /// Whether training_loss does the same work on the device for every batch of a size, without waiting for the device, so
  /// that it can be recorded (DeviceGraph). False for what is decided on the host: a coupling that solves an assignment, a
  /// teacher whose solver adapts its steps, and a network that a program adds, which may read values.
  bool repeats_training() const;
  /// The same of sample and refine: false for solvers that adapt their steps, and where gradients guide them.
  bool repeats_sampling() const;

  /// Number of noise samples (H, A) per action chunk.
  virtual std::int64_t noises() const { return 1; }

  /// @param noise (N, noises(), H, A) ~ N(0, I)
  /// @return (N, H, A), normalised actions
  virtual at::Tensor sample(const Condition& condition, const at::Tensor& noise) const = 0;

  /// The same given the last chunk from the current step on, `guess` (N, H, A): the first guess of sampler.warm_start,
  /// or what sampler.prefix continues, where set_sampler accepts one of them.
  virtual at::Tensor refine(const Condition& condition, const at::Tensor& noise, const at::Tensor& guess) const;

  /// Log-density of normalised actions (N, H, A), (N). @throws InputError as check_density does.
  /// @param probes (K, N, H, A) ~ N(0, I), for a stochastic estimate where the policy uses one; undefined: exact
  virtual at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                                     const at::Tensor& probes) const;
  /// @throws InputError if the policy has no known density with these settings.
  virtual void check_density(const SamplerOptions& sampler) const;

  /// @throws InputError for settings that this policy does not support.
  virtual void check_sampler(const SamplerOptions& sampler) const;
  /// Replaces the sampler settings of the description. @throws InputError as check_sampler does.
  void set_sampler(const SamplerOptions& sampler);

  /// Replaces the normaliser of observations (O), for which the weights must be suited. Not thread-safe.
  void set_observations(const Normalisation& normalisation);

  /// @throws InputError if the policy learns only from data, or cannot learn from this teacher.
  virtual void check_teacher(const PolicyModel& teacher) const;
  /// Sets the teacher whose samples are learned. @throws InputError as check_teacher does.
  void set_teacher(std::shared_ptr<const PolicyModel> teacher);

  /// Number of network evaluations so far (NFE).
  std::int64_t evaluations() const;

  /// The normalised condition, hidden observations set to 0; of the parameters' type, on their device.
  /// @param observations (N, h, O), oldest first, in the environment's units, in any type: float64 keeps small
  ///        variations around large offsets
  /// @param goals (N, G), in the environment's units
  Condition condition(const at::Tensor& observations, const at::Tensor& goals) const;

  const RelativeActions& relative_actions() const { return relative_; }
  /// What actions are relative to under these observations (N, O), float64 on the CPU: (N, A), 0 for absolute actions.
  at::Tensor references(const at::Tensor& observations) const;

  /// Actions (..., A) in the environment's units, without what they are relative to, normalised; of the parameters' type, on
  /// their device.
  at::Tensor normalised_actions(const at::Tensor& actions) const;

  /// Converts normalised actions (..., A) to the environment's units, in float64 on the CPU.
  /// @param references what they are relative to, of a shape that can be added
  at::Tensor in_units(const at::Tensor& actions, const at::Tensor& references) const;
  /// The same, clipped to the environment's bounds.
  at::Tensor executable(const at::Tensor& actions, const at::Tensor& references) const;

  /// Clips normalised actions (..., A) to the environment's bounds; the result is normalised. Relative actions have none.
  at::Tensor within_bounds(const at::Tensor& actions) const;

 protected:
  /// Creates and registers a network whose evaluations are counted.
  std::shared_ptr<ConditionalNet> add_network(const std::string& name, const NetworkSizes& sizes,
                                              const RandomStream& init);
  /// Counts an evaluation of a network that is not a ConditionalNet.
  void count_evaluation() const { other_evaluations_.fetch_add(1, std::memory_order_relaxed); }

  PolicyDescription description_;
  std::shared_ptr<const PolicyModel> teacher_;  ///< null: none

 private:
  /// Called after description_.sampler has changed.
  virtual void sampler_changed() {}
  /// Called after teacher_ has changed.
  virtual void teacher_changed() {}

  std::vector<std::shared_ptr<ConditionalNet>> networks_;
  mutable std::atomic<std::int64_t> other_evaluations_ = 0;
  RelativeActions relative_;
  Scaling observations_, actions_, goals_;
  at::Tensor hidden_;                                  ///< (O), true for hidden observations, on the CPU
  at::Tensor hidden_goals_;                            ///< (G), as hidden_
  at::Tensor lowest_, highest_;                        ///< (A), the environment's bounds, float64 on the CPU
  at::Tensor lowest_normalised_, highest_normalised_;  ///< (A), of the parameters' type, on their device
};

/// A model with fresh weights drawn from `init`, by description.policy.name.
/// @throws InputError for a policy, network or sampler that does not fit the rest of the description.
std::shared_ptr<PolicyModel> make_policy_model(const PolicyDescription& description, const RandomStream& init);

/// Whether the policy of this name is trained on a teacher's samples.
bool learns_from_teacher(const std::string& policy);

/// Sizes of a velocity network for this policy, whose z and outputs are action chunks.
NetworkSizes network_sizes(const PolicyDescription& description);

/// Whether the parameters of both models have the same shapes, in order.
bool same_sizes(const PolicyModel& a, const PolicyModel& b);

/// Copies the weights between models with same_sizes().
void copy_weights(const PolicyModel& from, PolicyModel& to);

}  // namespace fm
