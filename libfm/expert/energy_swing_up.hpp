#pragma once
// Swings the pendulum up by driving its energy E to that of rest at upright, E* = m g l / 2:
//
//   u = k (E* - E) omega        (Astrom and Furuta 2000, "Swinging up a pendulum by energy control", eq. 7)
//
// Since dE/dt = u omega, the energy approaches E* whenever the pendulum moves. To leave rest at the bottom, |omega| is
// taken as at least 0.05 rad/s, and omega = 0 as positive.

#include "libfm/expert/pendulum_model.hpp"

namespace fm {

/// @param gain k, N m s / J
/// @return the torque, N m, clipped to the bounds
double energy_swing_up_torque(const PendulumOptions& pendulum, double gain, const PendulumState& state);

}  // namespace fm
