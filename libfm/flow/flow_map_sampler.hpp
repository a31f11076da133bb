#pragma once
// Samples with a flow map: a network u(z, t, s) that takes a step's start t and length s - t and predicts the mean
// velocity over the step, so that
//
//   z_s = z_t + (s - t) u(z_t, t, s)
//
// holds for steps of any length. One step from 0 to 1 gives a sample.

#include "libfm/flow_math/time_grid.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

#include <torch/nn/module.h>

namespace fm {

/// u of z (N, H, A) from t (N) to s (N).
at::Tensor mean_velocity(const VelocityNet& net, const at::Tensor& z, const at::Tensor& t, const at::Tensor& s,
                         const Condition& condition);

class FlowMapSampler final : public torch::nn::Module {
 public:
  /// sampler.solver is ignored: a step is exact up to the network's error.
  explicit FlowMapSampler(const SamplerOptions& options);

  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @return (N, H, A)
  at::Tensor forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition) const;

 private:
  double temperature_;
  TimeGrid grid_;
};

}  // namespace fm
