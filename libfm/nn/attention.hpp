#pragma once
// Multi-head self-attention (Vaswani et al. 2017): per head, softmax(Q K' / sqrt(d)) V over all tokens, d = width /
// heads. Written as plain products, which support forward-mode and repeated differentiation.

#include "libfm/nn/linear.hpp"

#include <memory>

namespace fm {

class Attention final : public torch::nn::Module {
 public:
  /// @param heads divides width
  Attention(int width, int heads, const RandomStream& init);

  /// @param x (N, tokens, width)
  /// @return (N, tokens, width)
  at::Tensor forward(const at::Tensor& x) const;

 private:
  int heads_;
  std::shared_ptr<Linear> queries_keys_values_;
  std::shared_ptr<Linear> leave_;
};

}  // namespace fm
