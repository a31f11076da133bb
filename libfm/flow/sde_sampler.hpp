#pragma once
// Samples by a stochastic differential equation with the marginals of the flow's ODE at every time (Song et al. 2021;
// Ma et al. 2024, "SiT", eq. 4):
//
//   dz = (v + g^2 / 2 grad log p_t(z)) dt + g dW,   grad log p_t(z) = -E[z0 | z] / sigma.
//
// Here g^2 = noise sigma(t), so that the drift's second term is -noise E[z0 | z] / 2, finite where sigma vanishes.
// Integrated by the Euler-Maruyama method, of weak order 1.

#include "libfm/flow/ode_sampler.hpp"

namespace fm {

class SdeSampler final : public torch::nn::Module {
 public:
  /// @throws InputError for an unknown grid, path or target.
  explicit SdeSampler(const SamplerOptions& options, const FlowOptions& flow = {});

  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param increments (N, steps, H, A), noise ~ N(0, I), one for each step
  /// @return z (N, H, A)
  OdeSolution forward(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& increments,
                      const Condition& condition, Record record = Record::end_only,
                      const VelocityNet* null_net = nullptr) const;

  const TimeGrid& grid() const { return grid_; }

 private:
  SamplerOptions options_;
  Prediction prediction_;
  TimeGrid grid_;
};

}  // namespace fm
