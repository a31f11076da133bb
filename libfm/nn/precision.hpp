#pragma once
// Matrix products in less than float32; weights, losses and optimiser stay float32.
//
//   bfloat16   by LibTorch's autocast: factors are rounded to bfloat16 (8 bits), as are the outputs of linear layers,
//              except in the fused perceptron (fused_mlp.hpp), which keeps outputs in float32
//   tf32       on CUDA: factors are rounded to TensorFloat-32 (11 bits), sums and outputs are float32

#include <c10/core/Device.h>

#include <string>

namespace fm {

/// "auto" as bfloat16 where the device multiplies it faster than float32 (CUDA; AVX512_BF16 on the CPU), else as
/// float32; other names unchanged. Logs a choice of bfloat16 or tf32 that gains nothing.
std::string resolve_precision(const std::string& precision, c10::Device device);

/// Whether products on this kind of device are currently rounded on this thread.
bool rounds_products(c10::DeviceType device);

/// Enables rounding to bfloat16 during its lifetime if the precision is "bfloat16". A backward pass does as the forward pass
/// did. One instance at a time.
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

/// Whether products in float32 on CUDA are currently rounded to TF32.
bool rounds_to_tf32();

/// Enables TF32 during its lifetime, backward passes included, if the precision is "tf32". One instance at a time.
class TensorFloat32 {
 public:
  TensorFloat32(const std::string& precision, c10::DeviceType device);
  TensorFloat32(const TensorFloat32&) = delete;
  TensorFloat32& operator=(const TensorFloat32&) = delete;
  ~TensorFloat32();

 private:
  bool rounds_;
};

}  // namespace fm
