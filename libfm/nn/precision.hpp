#pragma once
// Products in bfloat16: LibTorch's autocast. Factors of matrix products are rounded to bfloat16, and so is what leaves
// a linear layer, but in the perceptron of plain velocity networks, which keeps it in float32; weights, losses and
// optimiser stay float32.

#include <c10/core/Device.h>

namespace fm {

/// Whether products on this kind of device are rounded now, on this thread.
bool rounds_products(c10::DeviceType device);

/// Rounds them as long as it lives. One at a time.
class RoundedProducts {
 public:
  explicit RoundedProducts(c10::DeviceType device);
  RoundedProducts(const RoundedProducts&) = delete;
  RoundedProducts& operator=(const RoundedProducts&) = delete;
  ~RoundedProducts();

 private:
  c10::DeviceType device_;
};

}  // namespace fm
