#pragma once
// The flow that a network has learned, under one condition. With a goal, classifier-free guidance (Ho and Salimans
// 2022) moves from the velocity without the goal to the one with it, and by the factor w as far:
//
//   v = v(no goal) + w (v(goal) - v(no goal)).
//
// w = 1 is the goal as learned and w = 0 none, each with one network evaluation.

#include "libfm/flow/prediction.hpp"
#include "libfm/nn/velocity_net.hpp"

namespace fm {

class LearnedFlow {
 public:
  /// Everything is only referred to, and must outlive this.
  /// @param null_net sees no goal; null: `net` has a learned one for that
  LearnedFlow(const VelocityNet& net, const Prediction& prediction, const Condition& condition, double guidance = 1.0,
              const VelocityNet* null_net = nullptr)
      : net_(net), prediction_(prediction), condition_(condition), guidance_(guidance), null_net_(null_net) {}

  const Prediction& prediction() const { return prediction_; }

  /// @param z (N, H, A)
  /// @param t (N)
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
