#pragma once
// How fast this machine multiplies matrices with LibTorch: tells whether the library took its fast path.

namespace fm {

/// Float32 products on the CPU with all threads, 1e9 floating-point operations a second. Takes some milliseconds.
double matmul_rate();

}  // namespace fm
