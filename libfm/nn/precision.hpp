#pragma once
// Matrix products in bfloat16 by LibTorch's autocast. Their factors are rounded to bfloat16, as are the outputs of
// linear layers, except in the fused perceptron (fused_mlp.hpp), which keeps outputs in float32; weights, losses and
// optimiser stay float32.

#include <c10/core/Device.h>

#include <string>

namespace fm {

/// "auto" as bfloat16 where the device multiplies it faster than float32 (CUDA; AVX512_BF16 on the CPU), else as
/// float32; other names unchanged. Logs a choice of bfloat16 that gains nothing.
std::string resolve_precision(const std::string& precision, c10::Device device);

/// Whether products on this kind of device are currently rounded on this thread.
bool rounds_products(c10::DeviceType device);

/// Enables rounding during its lifetime if the precision is "bfloat16". One instance at a time.
class ProductPrecision {
 public:
  ProductPrecision(const std::string& precision, c10::DeviceType device);
  ProductPrecision(const ProductPrecision&) = delete;
  ProductPrecision& operator=(const ProductPrecision&) = delete;
  ~ProductPrecision();

 private:
  bool rounds_;
  c10::DeviceType device_;
};

}  // namespace fm
