#pragma once
// Samples a denoising diffusion from level K down to 0; at each level x is estimated from the predicted noise:
//
//   ddpm  x_{k-1} ~ q(x_{k-1} | x_k, x), one step per level (Ho et al. 2020, eq. 6 and 7)
//   ddim  deterministic, along the predicted noise, over a subset of the levels (Song et al. 2021, eq. 12 with eta = 0)

#include "libfm/flow_math/noise_levels.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/policy_options.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

#include <torch/nn/module.h>

namespace fm {

class DiffusionSampler final : public torch::nn::Module {
 public:
  /// ddim visits sampler.steps evenly spaced levels; sampler.solver and sampler.grid are ignored.
  DiffusionSampler(const NoiseLevels& levels, const DiffusionOptions& options, const SamplerOptions& sampler);

  /// Number of noise samples (H, A) per action chunk.
  std::int64_t noises() const { return ancestral_ ? static_cast<std::int64_t>(visited_.size()) - 1 : 1; }

  /// @param noise (N, noises(), H, A) ~ N(0, I)
  /// @return (N, H, A)
  at::Tensor forward(const VelocityNet& net, const at::Tensor& noise, const Condition& condition) const;

 private:
  NoiseLevels levels_;
  bool ancestral_;
  double clip_;
  double temperature_;
  std::vector<int> visited_;  ///< levels, from K down to 0
};

}  // namespace fm
