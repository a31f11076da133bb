#pragma once
// ReinFlow (Zhang et al. 2025, 2505.22094): Gaussian noise after each Euler step makes a flow policy a Markov chain with
// a known density,
//
//   z_{k+1} ~ N(z_k + (t_{k+1} - t_k) v(z_k, t_k | s), diag d(t_k, s)^2),   a = z_K,
//   log p(z_1 ... z_K | z_0, s) = sum_k log N(z_{k+1}; ...),
//
// with the sampler's own grid t_0 ... t_K, and deviations d from a network, between two bounds of which the upper one
// falls during the training. With d -> 0 it is the flow's sampler. The density of z_0 cancels in ratios.

#include "libfm/nn/mlp.hpp"
#include "libfm/policy/flow_model.hpp"
#include "libfm/rl/actor.hpp"

namespace fm {

class ReinFlowActor final : public Actor {
 public:
  ReinFlowActor(std::shared_ptr<FlowModel> policy, const ReinFlowOptions& options, const RandomStream& init);

  Sample sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t noise_size() const override { return (steps_ + 1) * actions_; }
  /// z_0 ... z_K and the log-probability.
  std::int64_t record_size() const override { return (steps_ + 1) * actions_ + 1; }
  Evaluation evaluate(const Condition& condition, const at::Tensor& record) const override;
  void set_progress(double progress) override;

  /// The upper bound of deviations at present.
  double most() const { return most_; }

 private:
  struct Kernel {
    at::Tensor mean;            ///< (N, A)
    at::Tensor log_deviations;  ///< (N, A)
  };
  /// Of step k from z (N, A).
  Kernel kernel(const Condition& condition, const at::Tensor& z, std::int64_t k) const;
  at::Tensor log_deviations(const Condition& condition, double time) const;

  std::shared_ptr<FlowModel> flow_;
  ReinFlowOptions options_;
  std::int64_t actions_, steps_;  ///< A, K
  double most_;
  std::shared_ptr<Mlp> noise_net_;
};

}  // namespace fm
