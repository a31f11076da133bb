#pragma once
// Convolutions along a sequence (N, channels, length), with weights from a named stream.

#include "libfm/core/random.hpp"

#include <torch/nn/module.h>

namespace fm {

class Convolution final : public torch::nn::Module {
 public:
  /// Weights and biases ~ U(-1/sqrt(inputs kernel), 1/sqrt(inputs kernel)), LibTorch's own default, drawn from `init`.
  /// @param kernel odd; the sequence is padded with kernel / 2 zeros at both ends
  Convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t stride,
              const RandomStream& init);

  /// @param x (N, inputs, L)
  /// @return (N, outputs, L / stride rounded up)
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::int64_t stride_;
  at::Tensor weight_;  ///< (outputs, inputs, kernel)
  at::Tensor bias_;    ///< (outputs)
};

/// A transposed convolution of stride 2 and kernel 4, which doubles the length.
class Upsampling final : public torch::nn::Module {
 public:
  Upsampling(std::int64_t inputs, std::int64_t outputs, const RandomStream& init);

  /// @param x (N, inputs, L)
  /// @param length 2 L or 2 L - 1
  /// @return (N, outputs, length)
  at::Tensor forward(const at::Tensor& x, std::int64_t length) const;

 private:
  at::Tensor weight_;  ///< (inputs, outputs, 4)
  at::Tensor bias_;    ///< (outputs)
};

}  // namespace fm
