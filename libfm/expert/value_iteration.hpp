#pragma once
// The undiscounted optimal cost-to-go of the pendulum, for its discrete dynamics f and cost c:
//
//   V(x) = min over u of c(x, u) + V(f(x, u)),   V(0) = 0,
//
// by modified policy iteration (Puterman and Shin 1978) on a grid: each policy improvement is followed by sweeps of
// policy evaluation.

#include "libfm/expert/value_table.hpp"

#include <vector>

namespace fm {

/// The candidate torques, N m, ascending: 0 and `levels` on each side, evenly spaced up to the bound.
std::vector<double> torque_choices(double max_torque, int levels);

/// Starts from the solution on a coarser grid if the resolution allows. Independent of the number of threads.
/// @param resolution grid cells from upright to hanging, and from rest to full speed
/// @param torques N m
/// @param turns the period of the angle in turns; the cost is that of the unwrapped angle
/// @throws InputError if the iteration does not converge; Interrupted on a noted signal.
ValueTable value_iteration(const PendulumModel& model, int resolution, const std::vector<double>& torques,
                           int turns = 1);

}  // namespace fm
