#include "libfm/nn/precision.hpp"

#include "libfm/core/log.hpp"
#include "libfm/simd/instruction_set.hpp"

#include <ATen/Context.h>
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
  if (precision == "tf32" && !device.is_cuda()) {
    spdlog::warn("train.precision: tf32 exists on CUDA only, so that training on the CPU is in float32");
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

bool rounds_to_tf32() { return at::globalContext().allowTF32CuBLAS(); }

TensorFloat32::TensorFloat32(const std::string& precision, c10::DeviceType device)
    : rounds_(precision == "tf32" && device == at::kCUDA) {
  if (rounds_) at::globalContext().setAllowTF32CuBLAS(true);
}

TensorFloat32::~TensorFloat32() {
  if (rounds_) at::globalContext().setAllowTF32CuBLAS(false);
}

}  // namespace fm
