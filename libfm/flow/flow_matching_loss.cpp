#include "libfm/flow/flow_matching_loss.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/mse_loss.h>

namespace fm {

at::Tensor FlowMatchingLoss::forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                     const at::Tensor& times, const Condition& condition,
                                     const at::Tensor& weights) const {
  const PathPoint<at::Tensor> point = prediction_.at(times);
  const at::Tensor z = interpolate(point, x1, z0);
  const at::Tensor output = net.forward(prediction_.network_input(point, z), times.unsqueeze(-1), condition);
  const at::Tensor predicted = prediction_.comparable(point, output), target = prediction_.target(point, x1, z0);
  if (!weights.defined()) return at::mse_loss(predicted, target);
  return (per_row(weights, x1) * (predicted - target).square()).mean();
}

}  // namespace fm
