#pragma once
// Diffusion policy (Chi et al. 2023): denoising diffusion of actions, with the same networks as the flow policy.

#include "libfm/flow/diffusion_loss.hpp"
#include "libfm/flow/diffusion_sampler.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class DiffusionModel final : public PolicyModel {
 public:
  DiffusionModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  std::int64_t noises() const override { return sampler_->noises(); }
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;

 private:
  void sampler_changed() override;

  std::shared_ptr<VelocityNet> net_;
  NoiseLevels levels_;
  std::shared_ptr<DiffusionLoss> loss_;
  std::shared_ptr<DiffusionSampler> sampler_;
};

}  // namespace fm
