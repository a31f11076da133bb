#pragma once
// The conditional flow matching loss (Lipman et al. 2023, eq. 9), for any path and target:
//
//   L(theta) = E w || f_theta(z_t, t | condition) - target ||^2,   z_t on the path from z0 to x1 at time t.

#include "libfm/flow/prediction.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

#include <optional>

namespace fm {

class FlowMatchingLoss final : public torch::nn::Module {
 public:
  explicit FlowMatchingLoss(const FlowOptions& options) : prediction_(options) {}

  /// @param x1 (N, H, A), expert actions, normalised
  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param times (N), in prediction().interval()
  /// @param condition of committed actions, z contains x1 itself, and they are left out of the loss
  /// @param weights (N); undefined: 1
  /// @return (N), each row's mean over its action dimensions
  at::Tensor row_losses(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                        const Condition& condition, const at::Tensor& weights = {}) const;

  /// The mean of row_losses, a scalar.
  at::Tensor forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                     const Condition& condition, const at::Tensor& weights = {}) const;

  /// The same scalar computed without autograd, which also sets the gradients of the network's parameters. Returns
  /// nullopt if the network does not support it (ConditionalNet::try_regression), or if its input or output is scaled:
  /// for a score, or a path whose variance exceeds 1.
  std::optional<at::Tensor> try_regression(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                           const at::Tensor& times, const Condition& condition,
                                           const at::Tensor& weights = {}) const;

  const Prediction& prediction() const { return prediction_; }

 private:
  DevicePoints device_points(const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                             const at::Tensor& weights) const;

  Prediction prediction_;
};

}  // namespace fm
