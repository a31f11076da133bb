#include "libfm/realtime/kernel_loops.hpp"

namespace fm {

const Kernels realtime_avx512 = {lanes, dense<float>, dense<Bfloat16>, silu, modulate, add_gated, layer_norm};

}  // namespace fm
