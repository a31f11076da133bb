#include "libfm/nn/precision.hpp"

#include "libfm/core/log.hpp"
#include "libfm/nn/cuda_support.hpp"
#include "libfm/simd/instruction_set.hpp"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

namespace fm {
namespace {

/// In matrix products and in convolutions.
void allow_tf32(bool allowed) {
  at::globalContext().setAllowTF32CuBLAS(allowed);
  at::globalContext().setAllowTF32CuDNN(allowed);
}

}  // namespace

std::string resolve_precision(const std::string& precision, c10::Device device) {
  CudaSupport* const cuda = cuda_support();
  const bool gains =
      device.is_cuda() ? cuda == nullptr || cuda->multiplies_bfloat16(device.index()) : multiplies_bfloat16();
  if (precision == "auto") return gains ? "bfloat16" : "float32";
  if (precision == "bfloat16" && !gains) {
    spdlog::warn(
        "train.precision: this {}, so that training gains nothing over float32; auto chooses",
        device.is_cuda() ? "GPU has no bfloat16 products" : "processor has no bfloat16 products (AVX512_BF16)");
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
  if (rounds_) allow_tf32(true);
}

TensorFloat32::~TensorFloat32() {
  if (rounds_) allow_tf32(false);
}

}  // namespace fm
