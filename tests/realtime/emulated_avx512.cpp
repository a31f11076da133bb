#include "tests/realtime/emulated_avx512.hpp"

#define FM_EMULATE_AVX512
#include "libfm/realtime/kernel_loops.hpp"

namespace fm {

const Kernels emulated_avx512 = {lanes, dense<float>, dense<Bfloat16>, silu, modulate, add_gated, layer_norm};

}  // namespace fm
