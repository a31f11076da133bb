#pragma once
// The conditional flow matching loss (Lipman et al. 2023, eq. 9), for any path and target:
//
//   L(theta) = E w || f_theta(z_t, t | condition) - target ||^2,   z_t on the path from z0 to x1 at time t.

#include "libfm/flow/prediction.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

namespace fm {

class FlowMatchingLoss final : public torch::nn::Module {
 public:
  explicit FlowMatchingLoss(const FlowOptions& options) : prediction_(options) {}

  /// @param x1 (N, H, A), expert actions, normalised
  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param times (N), in prediction().interval()
  /// @param weights (N); undefined: 1
  /// @return the mean over rows and action dimensions, a scalar
  at::Tensor forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                     const Condition& condition, const at::Tensor& weights = {}) const;

  /// Whether regress can take the place of forward and backward. A score and a path that grows beyond unit variance
  /// scale what the network sees or says; they go by autograd.
  bool regresses(const VelocityNet& net, const at::Tensor& x1, const Condition& condition) const;

  /// The same loss without autograd: the gradient is set in the network's parameters.
  at::Tensor regress(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                     const Condition& condition, const at::Tensor& weights = {}) const;

  const Prediction& prediction() const { return prediction_; }

 private:
  Prediction prediction_;
};

}  // namespace fm
