#pragma once
// Measures LibTorch's matrix multiplication on this machine, to show whether the library uses its fast path.

namespace fm {

/// Rate of float32 products on the CPU with all threads, GFLOP/s. Takes some milliseconds.
double matmul_rate();

}  // namespace fm
