#pragma once
// Policies of one or few steps that learn a flow map from data: mean flow and shortcut models. They differ only
// in the loss.

#include "libfm/flow/coupling.hpp"
#include "libfm/flow/flow_map_sampler.hpp"
#include "libfm/flow/mean_flow_loss.hpp"
#include "libfm/flow/shortcut_loss.hpp"
#include "libfm/flow_math/time_distribution.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class FlowMapModel : public PolicyModel {
 public:
  FlowMapModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;

 protected:
  const VelocityNet& net() const { return *net_; }
  const Coupling& coupling() const { return coupling_; }
  const TimeDistribution& distribution() const { return distribution_; }

 private:
  void sampler_changed() override;

  std::shared_ptr<VelocityNet> net_;
  std::shared_ptr<FlowMapSampler> sampler_;
  Coupling coupling_;
  TimeDistribution distribution_;
};

class MeanFlowModel final : public FlowMapModel {
 public:
  MeanFlowModel(const PolicyDescription& description, const RandomStream& init);

  /// Each row draws two ordered times from policy.flow.time, or, for the instantaneous share, uses one of them twice.
  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;

 private:
  MeanFlowLoss loss_;
};

class ShortcutModel final : public FlowMapModel {
 public:
  ShortcutModel(const PolicyDescription& description, const RandomStream& init);

  /// The consistency share of the rows draws a step 2^-k and a point of its grid; the others draw
  /// a time from policy.flow.time.
  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;

 private:
  ShortcutLoss loss_;
};

}  // namespace fm
