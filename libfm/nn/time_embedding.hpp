#pragma once
// Sinusoidal embedding of flow time: [sin(w_k t), cos(w_k t)], with the frequencies of model/embedding.hpp.

#include <torch/nn/module.h>

namespace fm {

class TimeEmbedding final : public torch::nn::Module {
 public:
  /// @param features sines and cosines together, an even number; 0: nothing of the time
  explicit TimeEmbedding(int features);

  /// @param times (N, K) in [0, 1]
  /// @return (N, K * size())
  at::Tensor forward(const at::Tensor& times) const;

  /// Features of one time.
  int size() const { return static_cast<int>(2 * frequencies_.size(0)); }

  const at::Tensor& frequencies() const { return frequencies_; }

 private:
  at::Tensor frequencies_;
};

}  // namespace fm
