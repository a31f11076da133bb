#include "libfm/flow/ode_sampler.hpp"

namespace fm {

OdeSampler::OdeSampler(const SamplerOptions& options)
    : method_(find_solver(options.solver)), grid_(TimeGrid::uniform(options.steps)) {}

OdeSolution OdeSampler::forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition,
                                Record record) const {
  const auto velocity = [&](const at::Tensor& z, const at::Tensor& t) {
    return net.forward(z, t.unsqueeze(-1), condition);
  };
  return integrate(velocity, z0, grid_, method_, record);
}

}  // namespace fm
