#pragma once
// The loss of shortcut models (Frans et al. 2025, "One Step Diffusion via Shortcut Models"). u(z, t, s) learns the
// velocity where s = t, and elsewhere that one step equals two of half its length, without gradient:
//
//   u(z, t, t + 2d) = (u(z, t, t + d) + u(z + d u(z, t, t + d), t + d, t + 2d)) / 2.
//
// On the right the shortest d is replaced by the instantaneous velocity (length 0), since no shorter steps are trained.

#include "libfm/flow/path.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

namespace fm {

class ShortcutLoss final : public torch::nn::Module {
 public:
  /// @param shortest length of a half step d
  ShortcutLoss(Path path, double shortest) : path_(std::move(path)), shortest_(shortest) {}

  /// @param x1 (N, H, A), expert actions, normalised
  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param t (N)
  /// @param d (N), half the step to be learned; 0: the velocity itself
  /// @return (N), each row's mean over its action dimensions
  at::Tensor row_losses(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& t,
                        const at::Tensor& d, const Condition& condition) const;

  /// The mean of row_losses, a scalar.
  at::Tensor forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& t,
                     const at::Tensor& d, const Condition& condition) const;

 private:
  Path path_;
  double shortest_;
};

}  // namespace fm
