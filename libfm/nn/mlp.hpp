#pragma once
// A multilayer perceptron with SiLU between its layers (Elfwing et al. 2018):
//
//   y = W_n silu(... silu(W_0 x + b_0)) + b_n.

#include "libfm/core/random.hpp"

#include <torch/nn/module.h>

#include <vector>

namespace fm {

class Mlp final : public torch::nn::Module {
 public:
  /// Weights and biases ~ U(-1/sqrt(inputs), 1/sqrt(inputs)), LibTorch's own default, drawn from `init`.
  Mlp(int inputs, const std::vector<int>& hidden, int outputs, const RandomStream& init);

  /// @param x (..., inputs)
  /// @return (..., outputs)
  at::Tensor forward(const at::Tensor& x) const;

  /// W_0, b_0, W_1, b_1 ...
  const std::vector<at::Tensor>& layers() const { return parameters_; }

 private:
  std::vector<at::Tensor> parameters_;

  // Module::to replaces the data of parameters, not the tensors, so these handles stay valid.
};

}  // namespace fm
