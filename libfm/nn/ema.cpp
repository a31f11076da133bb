#include "libfm/nn/ema.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>

#include <algorithm>

namespace fm {

double warmed_up_decay(double decay, std::int64_t step) {
  const auto steps = static_cast<double>(step);
  return std::min(decay, (1.0 + steps) / (10.0 + steps));
}

void update_ema(const std::vector<at::Tensor>& shadow, const std::vector<at::Tensor>& weights, double decay) {
  const at::NoGradGuard no_grad;
  at::_foreach_lerp_(shadow, weights, 1.0 - decay);
}

}  // namespace fm
