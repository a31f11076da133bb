#pragma once
// The loops of kernels.hpp, for the instruction set of the file that includes them.

#include "libfm/pendulum/kernels.hpp"
#include "libfm/simd/angle.hpp"

namespace fm {
namespace {

void step_rows(const PendulumDynamics& dynamics, const PendulumRows& rows) {
  const PendulumDynamics d = dynamics;  // a copy that cannot alias the stores below, so the loop vectorises
  const auto [count, torque, theta, omega, sine, observations] = rows;
  for (int i = 0; i < count; ++i) {
    const PendulumState next = d.next({theta[i], omega[i]}, sine[i], torque[i]);
    const SinCos now = sin_cos(next.theta);
    theta[i] = next.theta;
    omega[i] = next.omega;
    sine[i] = now.sine;
    observations[3 * i] = static_cast<float>(now.cosine);
    observations[3 * i + 1] = static_cast<float>(now.sine);
    observations[3 * i + 2] = static_cast<float>(next.omega);
  }
}

}  // namespace
}  // namespace fm
