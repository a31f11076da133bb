#pragma once
// A captured motion as a motion of Gymnasium's humanoid.
//
// At each control step the joint angles within their limits are sought for which the model's limbs point as the captured
// ones do: a local minimum over qpos, by Gauss-Newton steps with MuJoCo's Jacobians from the solution of the step before, of
//
//   sum_i w_i |R_b(i) u_i - Q_p(i) v_i|^2 + 0.002 |joints|^2 + 0.05 |joints - joints of the step before|^2
//
// where direction u_i of body b(i) stands for direction v_i of the captured part p(i). Positions are scaled by the ratio of
// the legs' lengths; heights are shifted so that standing upright is standing upright, and steps that would be below the
// ground are lifted. What is left between end and beginning of a clip that loops is spread over the cycle, its turn too, so
// that cycles go on in the same direction. The model has no neck, ankles or wrists; what the clip does with them is left out.

#include "libfm/env/environment.hpp"
#include "libfm/mujoco/motion_clip.hpp"

#include <mujoco/mujoco.h>

#include <array>

namespace fm {

struct ReferenceMotion {
  bool loops;
  int steps;                      ///< control steps in a cycle, K
  Matrix positions;               ///< (K + 1, nq)
  Matrix velocities;              ///< (K + 1, nv), in the units of qvel; 0 at the end of a clip that does not loop
  std::array<double, 2> advance;  ///< m: displacement over a cycle, along x and y

  /// The step of the clip and the number of cycles before it, after `step` steps from its beginning. What does not loop
  /// stays at its end.
  struct Place {
    int step;
    int cycle;
  };
  Place at(int step) const { return loops ? Place{step % steps, step / steps} : Place{std::min(step, steps), 0}; }
};

/// @param time_step of the control, s; the clip is stretched by less than half a step, so that a cycle is whole steps
/// @throws InputError for a clip that is shorter than a step
ReferenceMotion retarget(const MotionClip& clip, const mjModel& humanoid, double time_step);

}  // namespace fm
