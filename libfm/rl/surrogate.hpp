#pragma once
// The objectives of PPO (Schulman et al. 2017) on ratios of probabilities rho and advantages A, as losses to minimise:
//
//   clip   -min(rho A, clip(rho, 1 - eps, 1 + eps) A)
//   aspo   the same for A >= 0; for A < 0 the quadratic penalty -(rho A - |A| / (2 eps) (rho - 1)^2) of FPO++, which
//          pulls rho back where it has fallen below 1 - eps
//
// Their gradients are in closed form, which is far quicker than autograd on the few hundred numbers of a minibatch.

#include <ATen/core/Tensor.h>

#include <span>
#include <string>

namespace fm {

struct SurrogateLoss {
  at::Tensor gradient;  ///< (N, K), of the loss by the logarithms of the ratios
  double loss = 0.0;    ///< mean over all ratios, as are the following
  double kl = 0.0;      ///< rho - 1 - log rho: estimates the old policy's divergence from the new, never negative
  double clip_fraction = 0.0;  ///< ratios beyond 1 +- eps
};

/// @param objective "clip" or "aspo"
/// @param log_ratio (N, K)
/// @param advantages (N)
SurrogateLoss policy_loss(const std::string& objective, const at::Tensor& log_ratio, std::span<const double> advantages,
                          double clip);

struct ValueLoss {
  at::Tensor gradient;  ///< (N), of the loss by the values
  double loss = 0.0;    ///< mean
};

/// Half the squared error of values (N) to targets (N); with clip > 0 the larger one of that and the error of the value
/// whose change from `before` (N) is clipped to +-clip.
ValueLoss value_loss(const at::Tensor& values, std::span<const double> targets, std::span<const double> before,
                     double clip);

/// Shifts and scales to mean 0 and standard deviation 1; equal numbers become 0.
void standardise(std::span<double> advantages);

}  // namespace fm
