#pragma once
// The undriven rotating pendulum: its energy E exceeds m g l / 2, and a revolution takes
//
//   T = int_0^{2 pi} d theta / omega(theta; E) = 2 pi / M(omega_top, omega_bottom),
//
// with M the arithmetic-geometric mean (Gauss 1799). Because omega^2 = omega_top^2 cos^2(theta/2) + omega_bottom^2
// sin^2(theta/2), the integral is a complete elliptic integral, and the mean angular velocity is M itself.

#include "libfm/pendulum/dynamics.hpp"

namespace fm {

/// M(a, b) for a, b >= 0.
double arithmetic_geometric_mean(double a, double b);

/// Signed mean angular velocity of the undriven motion through this state, rad/s; 0 if it does not pass upright.
double rotation_rate(const PendulumOptions& pendulum, const PendulumState& state);

}  // namespace fm
