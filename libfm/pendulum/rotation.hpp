#pragma once
// The undriven pendulum that turns over and over: its energy E exceeds m g l / 2, and a revolution takes
//
//   T = int_0^{2 pi} d theta / omega(theta; E) = 2 pi / M(omega_top, omega_bottom),
//
// M the arithmetic-geometric mean (Gauss 1799): with omega^2 = omega_top^2 cos^2(theta/2) + omega_bottom^2
// sin^2(theta/2) the integral is the complete elliptic one. So the mean angular velocity is M itself.

#include "libfm/pendulum/dynamics.hpp"

namespace fm {

/// M(a, b) for a, b >= 0.
double arithmetic_geometric_mean(double a, double b);

/// Mean angular velocity of the undriven motion through this state, with its sign, rad/s; 0 where it does not turn
/// over.
double rotation_rate(const PendulumOptions& pendulum, const PendulumState& state);

}  // namespace fm
