#pragma once
// The flow-matching policy: a velocity field learned by conditional flow matching, sampled by solving its equation.

#include "libfm/flow/coupling.hpp"
#include "libfm/flow/flow_matching_loss.hpp"
#include "libfm/flow/ode_sampler.hpp"
#include "libfm/flow/sde_sampler.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class FlowModel : public PolicyModel {
 public:
  /// @param flow what is learned: the description's own options, or those that a relative of this policy fixes
  FlowModel(const PolicyDescription& description, const FlowOptions& flow, const RandomStream& init);

  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor training_loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  std::int64_t noises() const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  at::Tensor refine(const Condition& condition, const at::Tensor& noise, const at::Tensor& guess) const override;
  /// By the instantaneous change of variables over the sampler's steps, with the exact divergence where probes are
  /// undefined. Where the path's times end before 1, of the point there.
  at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                             const at::Tensor& probes) const override;
  void set_sampler(const SamplerOptions& sampler) override;
  std::int64_t evaluations() const override;

  /// The same as sample, with the whole trajectory of z.
  OdeSolution trace(const Condition& condition, const at::Tensor& noise) const;

  /// @param z (N, H, A)
  /// @param t (N)
  at::Tensor velocity(const Condition& condition, const at::Tensor& z, const at::Tensor& t) const;

  const OdeSampler& sampler() const { return *sampler_; }

 protected:
  /// Where the paths of a batch begin and end.
  struct Pairs {
    at::Tensor x1;  ///< (N, H, A)
    at::Tensor z0;
  };

 private:
  virtual Pairs pair(const Batch& batch, const at::Tensor& noise, Draws draws) const;
  /// Either way of the loss.
  at::Tensor evaluate(const Batch& batch, const RandomStream& stream, std::uint64_t position,
                      decltype(&FlowMatchingLoss::forward) way) const;
  OdeSolution solve(const Condition& condition, const at::Tensor& noise, Record record) const;

  FlowOptions flow_;
  std::shared_ptr<VelocityNet> net_;
  std::shared_ptr<VelocityNet> null_net_;  ///< sees no goal; null: net_ has a learned one
  FlowMatchingLoss loss_;
  Coupling coupling_;
  std::shared_ptr<OdeSampler> sampler_;
  std::shared_ptr<SdeSampler> stochastic_;  ///< null: the sampler is deterministic
};

}  // namespace fm
