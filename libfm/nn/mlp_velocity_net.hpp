#pragma once
// A velocity network that joins everything it is given and passes it through a multilayer perceptron.

#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/mlp.hpp"

#include <memory>

namespace fm {

class MlpVelocityNet final : public VelocityNet {
 public:
  MlpVelocityNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

  bool regresses(const at::Tensor& actions, const Condition& condition) const override;
  double regress(const MakePathRows& make, const Condition& condition) const override;

 private:
  at::Tensor velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;

  int outputs_;  ///< H A
  ConditionFeatures features_;
  std::shared_ptr<Mlp> mlp_;
};

}  // namespace fm
