#pragma once
// One step of many pendulums, compiled for several instruction sets and chosen at run time. Each does the same
// operations in the same order, without fused multiply-adds, so all give the same bits.

#include "libfm/pendulum/dynamics.hpp"
#include "libfm/simd/instruction_set.hpp"

namespace fm {

/// Pendulums side by side, row i of each array being pendulum i.
struct PendulumRows {
  int count;
  const double* torque;  ///< N m, within its bounds
  double* theta;         ///< rad
  double* omega;         ///< rad/s
  double* sine;          ///< sin theta
  float* observations;   ///< (count, 3): cos theta, sin theta, omega
};

struct PendulumKernels {
  /// Moves every row on by one time step.
  void (*step)(const PendulumDynamics& dynamics, const PendulumRows& rows);
};

extern const PendulumKernels pendulum_baseline;
extern const PendulumKernels pendulum_avx2;
extern const PendulumKernels pendulum_avx512;

inline constexpr KernelVariants<PendulumKernels> pendulum_kernels{pendulum_baseline, pendulum_avx2, pendulum_avx512};

}  // namespace fm
