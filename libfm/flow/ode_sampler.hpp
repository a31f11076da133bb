#pragma once
// Samples actions by carrying noise along a velocity network's field: z(0) ~ N(0, I), dz/dt = v_theta(z, t |
// condition), action = z(1).

#include "libfm/flow/ode.hpp"
#include "libfm/model/options.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <torch/nn/module.h>

namespace fm {

class OdeSampler final : public torch::nn::Module {
 public:
  explicit OdeSampler(const SamplerOptions& options);

  /// @param z0 (N, H, A), noise
  OdeSolution forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition,
                      Record record = Record::end_only) const;

  const TimeGrid& grid() const { return grid_; }

 private:
  const ButcherTableau& method_;
  TimeGrid grid_;
};

}  // namespace fm
