#include "libfm/realtime/kernel_source.hpp"

namespace fm {

const Kernels realtime_baseline = kernels_named("baseline");

}  // namespace fm
