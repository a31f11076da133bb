#include "libfm/nn/ema.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>

namespace fm {

void update_ema(const std::vector<at::Tensor>& shadow, const std::vector<at::Tensor>& weights, double decay) {
  const at::NoGradGuard no_grad;
  at::_foreach_lerp_(shadow, weights, 1.0 - decay);
}

}  // namespace fm
