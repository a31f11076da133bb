#pragma once
// The NVIDIA driver's own account of itself, for errors that name the cure.

#include <string>

namespace fm {

/// Answers of libcuda.so.1. CUDA encodes version 13.2 as 13020.
struct CudaDriver {
  bool installed = false;
  int error = 0;           ///< of cuInit; 0: none
  int newest_version = 0;  ///< of CUDA that the driver supports
};

CudaDriver ask_cuda_driver();

/// Why programs of this version of CUDA cannot use the driver, and what to do; empty if they can.
std::string driver_problem(const CudaDriver& driver, long needed_version);

}  // namespace fm
