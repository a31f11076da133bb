#pragma once
// The flow-matching policy: a velocity field learned by conditional flow matching, sampled by solving its equation.

#include "libfm/flow/flow_matching_loss.hpp"
#include "libfm/flow/ode_sampler.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class FlowModel final : public PolicyModel {
 public:
  FlowModel(const PolicyDescription& description, const RandomStream& init);

  /// Each row draws its time ~ U(0, 1), then its noise.
  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  void set_sampler(const SamplerOptions& sampler) override;
  std::int64_t evaluations() const override { return net_->evaluations(); }

  /// The same as sample, with the whole trajectory of z.
  OdeSolution trace(const Condition& condition, const at::Tensor& noise) const;

  const VelocityNet& net() const { return *net_; }
  const OdeSampler& sampler() const { return *sampler_; }

 private:
  std::shared_ptr<VelocityNet> net_;
  FlowMatchingLoss loss_;
  std::shared_ptr<OdeSampler> sampler_;
};

}  // namespace fm
