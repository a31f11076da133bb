#pragma once
// Policies of one or few steps that learn a flow map from data: mean flow and shortcut models. They differ in the loss
// alone.

#include "libfm/flow/coupling.hpp"
#include "libfm/flow/flow_map_sampler.hpp"
#include "libfm/flow/mean_flow_loss.hpp"
#include "libfm/flow/shortcut_loss.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class FlowMapModel : public PolicyModel {
 public:
  FlowMapModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  void set_sampler(const SamplerOptions& sampler) override;
  std::int64_t evaluations() const override { return net_->evaluations(); }

 protected:
  const VelocityNet& net() const { return *net_; }
  const Coupling& coupling() const { return coupling_; }

 private:
  std::shared_ptr<VelocityNet> net_;
  std::shared_ptr<FlowMapSampler> sampler_;
  Coupling coupling_;
};

class MeanFlowModel final : public FlowMapModel {
 public:
  MeanFlowModel(const PolicyDescription& description, const RandomStream& init);

  /// Each row draws two times by policy.flow.time, in order, or one of no interval.
  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;

 private:
  MeanFlowLoss loss_;
};

class ShortcutModel final : public FlowMapModel {
 public:
  ShortcutModel(const PolicyDescription& description, const RandomStream& init);

  /// A share of the rows draws a step 2^-k and a point of its grid; the others a time by policy.flow.time.
  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;

 private:
  ShortcutLoss loss_;
};

}  // namespace fm
