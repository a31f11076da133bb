#include "libfm/flow/flow_matching_loss.hpp"

#include <ATen/ops/mse_loss.h>

namespace fm {

at::Tensor FlowMatchingLoss::forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                     const at::Tensor& times, const Condition& condition) const {
  const PathPoint<at::Tensor> point = path_(times);
  const at::Tensor predicted = net.forward(interpolate(point, x1, z0), times.unsqueeze(-1), condition);
  return at::mse_loss(predicted, path_velocity(point, x1, z0));
}

}  // namespace fm
