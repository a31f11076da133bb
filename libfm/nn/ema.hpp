#pragma once
// Exponential moving average of weights: shadow <- decay * shadow + (1 - decay) * weight, beginning at the weights.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace fm {

/// The decay of step `step`, counted from 0: min(decay, (1 + step) / (10 + step)), as in TensorFlow's moving averages.
/// The average of a short training thus spans about the last tenth of its steps, instead of its random beginning.
double warmed_up_decay(double decay, std::int64_t step);

/// In place, for each pair of tensors.
void update_ema(const std::vector<at::Tensor>& shadow, const std::vector<at::Tensor>& weights, double decay);

}  // namespace fm
