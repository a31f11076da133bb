#pragma once
// One step of many pendulums, compiled for several instruction sets and selected at run time. All perform the same
// operations in the same order, without fused multiply-adds, so their results are bit-identical.

#include "libfm/pendulum/dynamics.hpp"
#include "libfm/simd/instruction_set.hpp"

namespace fm {

/// Pendulums in structure-of-arrays layout: element i of each array belongs to pendulum i.
struct PendulumRows {
  int count;
  const double* torque;  ///< N m, within its bounds
  double* theta;         ///< rad
  double* omega;         ///< rad/s
  double* sine;          ///< sin theta
  float* observations;   ///< (count, 3): cos theta, sin theta, omega
};

struct PendulumKernels {
  /// Advances every row by one time step.
  void (*step)(const PendulumDynamics& dynamics, const PendulumRows& rows);
};

extern const PendulumKernels pendulum_baseline;
extern const PendulumKernels pendulum_avx2;
extern const PendulumKernels pendulum_avx512;

inline constexpr KernelVariants<PendulumKernels> pendulum_kernels{pendulum_baseline, pendulum_avx2, pendulum_avx512};

}  // namespace fm
