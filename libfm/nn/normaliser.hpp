#pragma once
// Normalisation as a module: buffers that move with the model to its device and type.

#include "libfm/policy_spec/normalisation.hpp"

#include <torch/nn/module.h>

namespace fm {

class Normaliser final : public torch::nn::Module {
 public:
  explicit Normaliser(const Normalisation& normalisation);

  /// @param x (..., D), in the data's units
  at::Tensor normalise(const at::Tensor& x) const { return (x - offset_) / scale_; }
  /// @param y (..., D), normalised
  at::Tensor denormalise(const at::Tensor& y) const { return y * scale_ + offset_; }
  /// Size of a normalised unit in the data's units, (D).
  const at::Tensor& scale() const { return scale_; }

 private:
  at::Tensor offset_;
  at::Tensor scale_;
};

}  // namespace fm
