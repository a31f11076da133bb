#include "libfm/flow/shortcut_loss.hpp"

#include "libfm/flow/flow_map_sampler.hpp"
#include "libfm/flow/row_losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>

namespace fm {
namespace {

/// Mean velocity of two steps of length d; the network's input for the length is `input_length`.
at::Tensor two_half_steps(const VelocityNet& net, const at::Tensor& z, const at::Tensor& t, const at::Tensor& d,
                          const at::Tensor& input_length, const Condition& condition) {
  const at::NoGradGuard fixed;
  const at::Tensor first = mean_velocity(net, z, t, t + input_length, condition);
  const at::Tensor second = mean_velocity(net, z + per_row(d, z) * first, t + d, t + d + input_length, condition);
  return 0.5 * (first + second);
}

}  // namespace

at::Tensor ShortcutLoss::row_losses(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                    const at::Tensor& t, const at::Tensor& d, const Condition& condition) const {
  const PathPoint<at::Tensor> point = path_(t);
  const at::Tensor z = interpolate(point, x1, z0);
  const at::Tensor input_length = d.masked_fill(d <= shortest_, 0.0);
  const at::Tensor target = at::where(per_row(d, z) > 0.0, two_half_steps(net, z, t, d, input_length, condition),
                                      path_velocity(point, x1, z0));
  return squared_errors(mean_velocity(net, z, t, t + 2 * d, condition), target);
}

at::Tensor ShortcutLoss::forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                 const at::Tensor& t, const at::Tensor& d, const Condition& condition) const {
  return row_losses(net, x1, z0, t, d, condition).mean();
}

}  // namespace fm
