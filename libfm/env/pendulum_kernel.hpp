#pragma once
// One step of many pendulums, compiled for several instruction sets and chosen at run time. Each does the same
// operations in the same order, without fused multiply-adds, so all give the same bits.

#include "libfm/env/pendulum_dynamics.hpp"

#include <span>

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

struct PendulumKernel {
  const char* instruction_set;
  /// Moves every row a time step on.
  void (*step)(const PendulumDynamics& dynamics, const PendulumRows& rows);
};

/// Those that this processor runs, the fastest first.
std::span<const PendulumKernel> pendulum_kernels();

}  // namespace fm
