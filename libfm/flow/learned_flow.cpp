#include "libfm/flow/learned_flow.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>

namespace fm {

at::Tensor LearnedFlow::velocity(const at::Tensor& z, const at::Tensor& t) const {
  if (prediction_.is_velocity()) return output(z, t);
  const PathPoint<at::Tensor> point = prediction_.at(t);
  return prediction_.velocity(point, output(prediction_.network_input(point, z), t), z);
}

PathEnds LearnedFlow::ends(const at::Tensor& z, const at::Tensor& t) const {
  const PathPoint<at::Tensor> point = prediction_.at(t);
  return prediction_.ends(point, output(prediction_.network_input(point, z), t), z);
}

/// Guides the outputs instead of the velocities, which are affine in the outputs.
at::Tensor LearnedFlow::output(const at::Tensor& input, const at::Tensor& t) const {
  const at::Tensor times = t.unsqueeze(-1);
  const bool guided = condition_.goal.defined() && condition_.goal.size(-1) > 0;
  if (!guided || guidance_ == 1.0) return net_.forward(input, times, condition_);
  const at::Tensor without = output_without_goal(input, times);
  if (guidance_ == 0.0) return without;
  return without + guidance_ * (net_.forward(input, times, condition_) - without);
}

at::Tensor LearnedFlow::output_without_goal(const at::Tensor& z, const at::Tensor& times) const {
  Condition without = condition_;
  without.goal_mask = at::zeros_like(condition_.goal_mask);
  return (null_net_ != nullptr ? *null_net_ : net_).forward(z, times, without);
}

}  // namespace fm
