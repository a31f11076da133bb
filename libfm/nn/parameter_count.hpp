#pragma once

#include <torch/nn/module.h>

namespace fm {

/// Number of trainable parameters.
inline std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& p : module.parameters()) count += p.numel();
  return count;
}

}  // namespace fm
