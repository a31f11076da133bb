#include "libfm/realtime/kernel_source.hpp"

namespace fm {

const Kernels realtime_avx2 = kernels_named("AVX2");

}  // namespace fm
