#pragma once
// A network that concatenates all its inputs and passes them through a multilayer perceptron.

#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/mlp.hpp"

#include <memory>

namespace fm {

class MlpNet final : public ConditionalNet {
 public:
  MlpNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

  std::optional<double> try_regression(const FillPathRows& fill, const at::Tensor& actions,
                                       const Condition& condition) const override;
  at::Tensor try_regression(const DevicePoints& points, const Condition& condition) const override;

 private:
  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;
  bool passes_on_cuda(const at::Tensor& z, const at::Tensor& times, const at::Tensor& observations) const;
  bool can_regress(const at::Tensor& actions, const Condition& condition) const;
  /// Whether the inputs are [z, embedded time, observations] of these actions, the outputs as many as z has numbers, and
  /// every parameter trained.
  bool regresses_on(const at::Tensor& actions, const Condition& condition) const;

  int inputs_;   ///< H A
  int outputs_;  ///< H times the outputs per row
  ConditionFeatures features_;
  std::shared_ptr<Mlp> mlp_;
};

}  // namespace fm
