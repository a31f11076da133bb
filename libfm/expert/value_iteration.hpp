#pragma once
// The pendulum's optimal cost-to-go, undiscounted, of its own discrete dynamics f and cost c:
//
//   V(x) = min over u of c(x, u) + V(f(x, u)),   V(0) = 0,
//
// by modified policy iteration (Puterman and Shin 1978) on a grid: each improvement of the torques is followed by
// sweeps that evaluate them as they are.

#include "libfm/expert/value_table.hpp"

#include <vector>

namespace fm {

/// The torques tried: 0 and `levels` to each side, evenly up to the bound. N m
std::vector<double> torque_choices(double max_torque, int levels);

/// @param turns the period of the angle, whose distance to 0 costs unwrapped
/// Begins with the solution on a coarser grid, where there is one. Does not depend on the number of threads.
/// @throws InputError if the iteration does not converge; Interrupted on a noted signal.
ValueTable value_iteration(const PendulumModel& model, int resolution, const std::vector<double>& torques,
                           int turns = 1);

}  // namespace fm
