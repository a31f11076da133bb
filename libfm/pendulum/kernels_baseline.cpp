#include "libfm/pendulum/kernel_loops.hpp"

namespace fm {

const PendulumKernels pendulum_baseline = {step_rows};

}  // namespace fm
