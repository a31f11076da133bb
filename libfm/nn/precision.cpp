#include "libfm/nn/precision.hpp"

#include <ATen/autocast_mode.h>

namespace fm {

bool rounds_products(c10::DeviceType device) {
  return at::autocast::is_autocast_enabled(device) && at::autocast::get_autocast_dtype(device) == at::kBFloat16;
}

RoundedProducts::RoundedProducts(c10::DeviceType device) : device_(device) {
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, true);
}

/// Autocast keeps rounded weights; they must not outlive the step that changes the weights.
RoundedProducts::~RoundedProducts() {
  at::autocast::set_autocast_enabled(device_, false);
  at::autocast::clear_cache();
}

}  // namespace fm
