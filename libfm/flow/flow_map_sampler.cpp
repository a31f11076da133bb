#include "libfm/flow/flow_map_sampler.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>

namespace fm {

at::Tensor mean_velocity(const VelocityNet& net, const at::Tensor& z, const at::Tensor& t, const at::Tensor& s,
                         const Condition& condition) {
  return net.forward(z, at::stack({t, s - t}, 1), condition);
}

FlowMapSampler::FlowMapSampler(const SamplerOptions& options)
    : temperature_(options.temperature), grid_(TimeGrid::named(options.grid, options.steps)) {}

at::Tensor FlowMapSampler::forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition) const {
  at::Tensor z = temperature_ * z0;
  for (int i = 0; i < grid_.steps(); ++i) {
    const at::Tensor t = at::full({z0.size(0)}, grid_[i], z0.options()), s = at::full_like(t, grid_[i + 1]);
    z = z + (grid_[i + 1] - grid_[i]) * mean_velocity(net, z, t, s, condition);
  }
  return z;
}

}  // namespace fm
