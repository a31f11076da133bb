#include "libfm/pendulum/kernel_loops.hpp"

namespace fm {

const PendulumKernels pendulum_avx512 = {step_rows};

}  // namespace fm
