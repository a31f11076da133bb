#include "libfm/flow/flow_matching_loss.hpp"

#include "libfm/flow/committed_actions.hpp"
#include "libfm/flow/row_losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/where.h>

namespace fm {
namespace {

/// a x1 + b z0 of `count` numbers.
void combine(double a, const float* x1, double b, const float* z0, std::int64_t count, float* result) {
  const auto of_x1 = static_cast<float>(a), of_z0 = static_cast<float>(b);
  for (std::int64_t j = 0; j < count; ++j) result[j] = of_x1 * x1[j] + of_z0 * z0[j];
}

/// Squared errors of the actions that are not committed, (N).
at::Tensor free_errors(const at::Tensor& output, const at::Tensor& target, const at::Tensor& committed) {
  const at::Tensor share = 1.0 - committed.to(output.scalar_type()).mean({1, 2});
  return squared_errors(output.masked_fill(committed, 0.0), target.masked_fill(committed, 0.0)) / share;
}

}  // namespace

at::Tensor FlowMatchingLoss::row_losses(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                        const at::Tensor& times, const Condition& condition,
                                        const at::Tensor& weights) const {
  const PathPoint<at::Tensor> point = prediction_.at(times);
  const at::Tensor committed = committed_actions(condition, x1), noised = interpolate(point, x1, z0);
  const at::Tensor z = committed.defined() ? at::where(committed, x1, noised) : noised;
  const at::Tensor network_output = net.forward(prediction_.network_input(point, z), times.unsqueeze(-1), condition);
  const at::Tensor output = prediction_.scaled_output(point, network_output),
                   target = prediction_.target(point, x1, z0);
  const at::Tensor losses =
      committed.defined() ? free_errors(output, target, committed) : squared_errors(output, target);
  return weights.defined() ? weights * losses : losses;
}

at::Tensor FlowMatchingLoss::forward(const VelocityNet& net, const at::Tensor& x1, const at::Tensor& z0,
                                     const at::Tensor& times, const Condition& condition,
                                     const at::Tensor& weights) const {
  return row_losses(net, x1, z0, times, condition, weights).mean();
}

DevicePoints FlowMatchingLoss::device_points(const at::Tensor& x1, const at::Tensor& z0, const at::Tensor& times,
                                             const at::Tensor& weights) const {
  const PathOptions& path = prediction_.path();
  const bool plain = path.name == "linear" && path.linear.sigma_min == 0.0 && prediction_.is_velocity();
  return {.x1 = x1.flatten(1),
          .z0 = z0.flatten(1),
          .times = times,
          .coefficients = plain ? at::Tensor() : prediction_.coefficients(times),
          .weights = weights};
}

std::optional<at::Tensor> FlowMatchingLoss::try_regression(const VelocityNet& net, const at::Tensor& x1,
                                                           const at::Tensor& z0, const at::Tensor& times,
                                                           const Condition& condition,
                                                           const at::Tensor& weights) const {
  if (!prediction_.is_unscaled()) return std::nullopt;
  if (x1.is_cuda()) {
    const at::Tensor loss = net.try_regression(device_points(x1, z0, times, weights), condition);
    return loss.defined() ? std::optional(loss) : std::nullopt;
  }
  const std::int64_t size = x1.numel() / x1.size(0);
  const at::Tensor all_x1 = x1.contiguous(), all_z0 = z0.contiguous(), all_times = times.contiguous(),
                   all_weights = weights.defined() ? weights.contiguous() : at::ones_like(all_times);
  const FillPathRows fill = [&](const PathRows& rows) {
    const float *actions = all_x1.const_data_ptr<float>(), *noise = all_z0.const_data_ptr<float>(),
                *t = all_times.const_data_ptr<float>(), *w = all_weights.const_data_ptr<float>();
    with_path(prediction_.path(), [&](const auto& path) {
      for (int i = 0; i < rows.count; ++i) {
        const std::int64_t row = rows.begin + i;
        const auto point = path.at(static_cast<double>(t[row]));
        const RegressionTarget target = regression_target(point, prediction_.target_kind());
        combine(point.alpha, actions + row * size, point.sigma, noise + row * size, size, rows.z + i * size);
        combine(target.of_data, actions + row * size, target.of_noise, noise + row * size, size,
                rows.targets + i * size);
        rows.times[i] = t[row];
        rows.weights[i] = w[row];
      }
    });
  };
  const std::optional<double> loss = net.try_regression(fill, x1, condition);
  return loss ? std::optional(at::scalar_tensor(*loss, x1.options())) : std::nullopt;
}

}  // namespace fm
