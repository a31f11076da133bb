#include "libfm/realtime/kernel_source.hpp"

namespace fm {

const Kernels kernels_baseline = kernels_named("baseline");

}  // namespace fm
