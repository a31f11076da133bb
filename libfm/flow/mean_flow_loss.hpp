#pragma once
// The loss of mean flow (Geng et al. 2025, "Mean Flows for One-step Generative Modeling"), with time running from noise
// to data. u(z, t, s) is the mean velocity from t to s. z_s = z_t + (s - t) u(z_t, t, s) is constant while the start
// moves along the flow; its derivative in t gives the identity that is regressed:
//
//   u = v + (s - t) du/dt,   du/dt = v . grad_z u + partial_t u,
//
// with v the conditional velocity alpha' x1 + sigma' z0 and du/dt by forward-mode differentiation, without gradient. A
// row's squared error e has the weight 1 / (e + 1e-3)^p, also without gradient: long intervals have the largest errors.

#include "libfm/flow/path.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

namespace fm {

class MeanFlowLoss final : public torch::nn::Module {
 public:
  MeanFlowLoss(Path path, double power) : path_(std::move(path)), power_(power) {}

  /// @param x1 (N, H, A), expert actions, normalised
  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param t, s (N), begin and end, t <= s
  /// @return (N), each row's weighted mean over its action dimensions
  at::Tensor row_losses(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& t,
                        const at::Tensor& s, const Condition& condition) const;

  /// The mean of row_losses, a scalar.
  at::Tensor forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& t,
                     const at::Tensor& s, const Condition& condition) const;

 private:
  Path path_;
  double power_;
};

/// u and its target by the identity, (N, H, A) each.
struct MeanFlowIdentity {
  at::Tensor u;
  at::Tensor target;
};

/// @param v (N, H, A), the velocity at z
MeanFlowIdentity mean_flow_identity(const VelocityNet& net, const at::Tensor& z, const at::Tensor& v,
                                    const at::Tensor& t, const at::Tensor& s, const Condition& condition);

}  // namespace fm
