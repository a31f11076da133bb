#pragma once
// The loss of denoising diffusion (Ho et al. 2020, eq. 14): the noise is predicted from the noisy action.
//
//   L(theta) = E || e_theta(sqrt(a_k) x + sqrt(1 - a_k) e, k | condition) - e ||^2

#include "libfm/flow_math/noise_levels.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

namespace fm {

class DiffusionLoss final : public torch::nn::Module {
 public:
  explicit DiffusionLoss(const NoiseLevels& levels);

  /// @param x (N, H, A), expert actions, normalised
  /// @param noise (N, H, A) ~ N(0, I)
  /// @param k (N), levels 1 ... K, of x's type
  /// @return (N), each row's mean over its action dimensions
  at::Tensor row_losses(const VelocityNet& net, const at::Tensor& x, const at::Tensor& noise, const at::Tensor& k,
                        const Condition& condition) const;

  /// The mean of row_losses, a scalar.
  at::Tensor forward(const VelocityNet& net, const at::Tensor& x, const at::Tensor& noise, const at::Tensor& k,
                     const Condition& condition) const;

 private:
  double count_;
  at::Tensor signal_;  ///< (K + 1), a buffer, which moves with the module between devices
};

}  // namespace fm
