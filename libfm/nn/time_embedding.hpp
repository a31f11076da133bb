#pragma once
// Sinusoidal embedding of flow time: [sin(w_k t), cos(w_k t)], with the frequencies of flow_math/embedding.hpp.

#include <torch/nn/module.h>

namespace fm {

class TimeEmbedding final : public torch::nn::Module {
 public:
  /// @param features sines and cosines together, an even number; 0: no features
  explicit TimeEmbedding(int features);

  /// @param times (N, K) in [0, 1]
  /// @return (N, K * size())
  at::Tensor forward(const at::Tensor& times) const;

  /// Number of features of one time.
  int size() const { return static_cast<int>(2 * frequencies_.size(0)); }

  const at::Tensor& frequencies() const { return frequencies_; }

 private:
  at::Tensor frequencies_;
};

}  // namespace fm
