#pragma once
// The conditional flow matching loss (Lipman et al. 2023, eq. 9):
//
//   L(theta) = E || v_theta(z_t, t | condition) - v ||^2,   z_t and v those of the path from z0 to x1 at time t.

#include "libfm/flow/path.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

namespace fm {

class FlowMatchingLoss final : public torch::nn::Module {
 public:
  explicit FlowMatchingLoss(Path path) : path_(std::move(path)) {}

  /// @param x1 (N, H, A), expert actions, normalised
  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param times (N), in [0, 1]
  /// @return the mean over rows and action dimensions, a scalar
  at::Tensor forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                     const Condition& condition) const;

 private:
  Path path_;
};

}  // namespace fm
