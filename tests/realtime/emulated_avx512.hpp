#pragma once
// The engine's loops for AVX-512, compiled without its instructions, so that they are tested on processors without it.

#include "libfm/realtime/kernels.hpp"

namespace fm {

extern const Kernels emulated_avx512;

}  // namespace fm
