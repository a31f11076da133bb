#include "libfm/realtime/kernel_source.hpp"

namespace fm {

const Kernels realtime_avx512 = kernels_named("AVX-512");

}  // namespace fm
