#pragma once
// A gated recurrent unit (Cho et al. 2014) reads the observations, oldest first; its last state goes into a multilayer
// perceptron with the noisy actions, time and goal. The network can infer unobserved quantities, such
// as velocities, from the sequence.

#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/mlp.hpp"

#include <memory>

namespace fm {

/// LibTorch's cell over a sequence, from a state of zeros:
///   r = s(W_r x + U_r h), u = s(W_u x + U_u h), n = tanh(W_n x + r (U_n h)),  h' = (1 - u) n + u h,
/// with s the sigmoid; biases are omitted here.
struct Gru {
  at::Tensor input_weight;  ///< (3 width, O), for r, u, n
  at::Tensor state_weight;  ///< (3 width, width)
  at::Tensor input_bias;    ///< (3 width)
  at::Tensor state_bias;    ///< (3 width)

  /// @param sequence (N, h, O)
  /// @return (N, width), the last state
  at::Tensor read(const at::Tensor& sequence) const;
};

class GruNet final : public ConditionalNet {
 public:
  /// @throws InputError if there are no observations.
  GruNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

 private:
  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;

  ConditionFeatures features_;
  Gru gru_;
  std::shared_ptr<Mlp> mlp_;
};

}  // namespace fm
