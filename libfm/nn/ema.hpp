#pragma once
// Exponential moving average of weights: shadow <- decay * shadow + (1 - decay) * weight, beginning at the weights.

#include <ATen/core/Tensor.h>

#include <vector>

namespace fm {

/// In place, for each pair of tensors.
void update_ema(const std::vector<at::Tensor>& shadow, const std::vector<at::Tensor>& weights, double decay);

}  // namespace fm
