#pragma once
// Swings the pendulum up by bringing its energy E to that of the upright rest, E* = m g l / 2:
//
//   u = k (E* - E) omega        (Astrom and Furuta 2000, "Swinging up a pendulum by energy control", eq. 7)
//
// Since dE/dt = u omega, the energy moves towards E* whenever the pendulum moves. So that it also leaves its rest at
// the bottom, |omega| is taken as 0.05 rad/s or more, and omega = 0 as positive.

#include "libfm/expert/pendulum_model.hpp"

namespace fm {

/// @param gain k, N m for each J and rad/s
/// @return the torque, N m, clipped to its bounds
double energy_swing_up_torque(const PendulumOptions& pendulum, double gain, const PendulumState& state);

}  // namespace fm
