#include "libfm/flow/mean_flow_loss.hpp"

#include "libfm/flow/flow_map_sampler.hpp"
#include "libfm/flow/row_losses.hpp"
#include "libfm/nn/jvp.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>

namespace fm {

MeanFlowIdentity mean_flow_identity(const VelocityNet& net, const at::Tensor& z, const at::Tensor& v,
                                    const at::Tensor& t, const at::Tensor& s, const Condition& condition) {
  const auto u = [&](std::span<const at::Tensor> x) { return mean_velocity(net, x[0], x[1], s, condition); };
  const Dual along = jvp(u, std::vector<at::Tensor>{z, t}, std::vector<at::Tensor>{v, at::ones_like(t)});
  return {along.value, v + per_row(s - t, v) * along.tangent.detach()};
}

at::Tensor MeanFlowLoss::row_losses(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                    const at::Tensor& t, const at::Tensor& s, const Condition& condition) const {
  const PathPoint<at::Tensor> point = path_(t);
  const MeanFlowIdentity identity =
      mean_flow_identity(net, interpolate(point, x1, z0), path_velocity(point, x1, z0), t, s, condition);
  const at::Tensor error = squared_errors(identity.u, identity.target);
  return error / (error.detach() + 1e-3).pow(power_);
}

at::Tensor MeanFlowLoss::forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                 const at::Tensor& t, const at::Tensor& s, const Condition& condition) const {
  return row_losses(net, x1, z0, t, s, condition).mean();
}

}  // namespace fm
