#pragma once
// Numbers of trainable parameters: of a module, and of a network before it is made.

#include "libfm/nn/conditional_net.hpp"

#include <torch/nn/module.h>

namespace fm {

inline std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& p : module.parameters()) count += p.numel();
  return count;
}

/// Of make_network(options, sizes); a double, since options may ask for more than 64 bits can count. 0 for a network that
/// was registered, whose count is not known.
double parameter_count(const NetworkOptions& options, const NetworkSizes& sizes);

/// The machine's memory, bytes.
double physical_memory();

}  // namespace fm
