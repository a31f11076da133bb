#include "libfm/pendulum/kernel_loops.hpp"

namespace fm {

const PendulumKernels pendulum_avx2 = {step_rows};

}  // namespace fm
