#pragma once
// The flow that a network has learned, under one condition. With a goal, classifier-free guidance (Ho and Salimans
// 2022) combines the velocities without and with the goal by the factor w:
//
//   v = v(no goal) + w (v(goal) - v(no goal)).
//
// w = 1 (conditional) and w = 0 (unconditional) need one network evaluation each, other factors two.

#include "libfm/flow/prediction.hpp"
#include "libfm/nn/velocity_net.hpp"

namespace fm {

class LearnedFlow {
 public:
  /// Keeps references to all arguments, which must outlive this object.
  /// @param null_net network without a goal; null: `net` uses its learned null goal
  LearnedFlow(const VelocityNet& net, const Prediction& prediction, const Condition& condition, double guidance = 1.0,
              const VelocityNet* null_net = nullptr)
      : net_(net), prediction_(prediction), condition_(condition), guidance_(guidance), null_net_(null_net) {}

  const Prediction& prediction() const { return prediction_; }

  /// @param z (N, H, A)
  /// @param t (N)
  /// @return (N, H, A)
  at::Tensor velocity(const at::Tensor& z, const at::Tensor& t) const;
  PathEnds ends(const at::Tensor& z, const at::Tensor& t) const;

 private:
  /// @param input z as the network sees it
  at::Tensor output(const at::Tensor& input, const at::Tensor& t) const;
  at::Tensor output_without_goal(const at::Tensor& z, const at::Tensor& times) const;

  const VelocityNet& net_;
  const Prediction& prediction_;
  const Condition& condition_;
  double guidance_;
  const VelocityNet* null_net_;
};

}  // namespace fm
