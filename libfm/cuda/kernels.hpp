#pragma once
// The kernels of kernels.cu with their launches.

#include "libfm/nn/cuda_support.hpp"

#include <memory>

namespace fm {

/// Null if they cannot be compiled; the reason goes to stderr.
std::unique_ptr<const CudaKernels> compile_cuda_kernels();

}  // namespace fm
