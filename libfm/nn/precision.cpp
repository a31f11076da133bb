#include "libfm/nn/precision.hpp"

#include "libfm/core/log.hpp"
#include "libfm/simd/instruction_set.hpp"

#include <ATen/autocast_mode.h>

namespace fm {

std::string resolve_precision(const std::string& precision, c10::Device device) {
  const bool gains = device.is_cuda() || multiplies_bfloat16();
  if (precision == "auto") return gains ? "bfloat16" : "float32";
  if (precision == "bfloat16" && !gains) {
    spdlog::warn(
        "train.precision: this processor has no bfloat16 products (AVX512_BF16), so that training gains nothing "
        "over float32; auto chooses");
  }
  return precision;
}

bool rounds_products(c10::DeviceType device) {
  return at::autocast::is_autocast_enabled(device) && at::autocast::get_autocast_dtype(device) == at::kBFloat16;
}

ProductPrecision::ProductPrecision(const std::string& precision, c10::DeviceType device)
    : rounds_(precision == "bfloat16"), device_(device) {
  if (!rounds_) return;
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, true);
}

/// Autocast caches rounded weights; the cache must not outlive the step that changes the weights.
ProductPrecision::~ProductPrecision() {
  if (!rounds_) return;
  at::autocast::set_autocast_enabled(device_, false);
  at::autocast::clear_cache();
}

}  // namespace fm
