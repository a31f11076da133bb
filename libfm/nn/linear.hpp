#pragma once
// An affine map y = W x + b with weights from a named stream.

#include "libfm/core/random.hpp"

#include <torch/nn/module.h>

namespace fm {

/// Float32 numbers ~ U(-bound, bound). Draws depend only on the position and the row, so a layer's weights do not
/// change with the size of another.
at::Tensor uniform_weights(at::IntArrayRef shape, double bound, const RandomStream& init, std::uint64_t position);

class Linear final : public torch::nn::Module {
 public:
  /// Weights and biases ~ U(-1/sqrt(inputs), 1/sqrt(inputs)), LibTorch's own default, drawn from `init`.
  Linear(std::int64_t inputs, std::int64_t outputs, const RandomStream& init);

  /// @param x (..., inputs)
  /// @return (..., outputs)
  at::Tensor forward(const at::Tensor& x) const;

  /// Sets weights and biases to 0, so that the layer's output starts at 0.
  void set_zero();

 private:
  at::Tensor weight_;
  at::Tensor bias_;
};

}  // namespace fm
