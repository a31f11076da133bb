#pragma once
// Gymnasium's humanoid that follows a motion-capture clip, rewarded as in DeepMimic (Peng et al. 2018):
//
//   reward = 0.5  exp(-2 |q - q*|^2)              joint angles, rad
//          + 0.05 exp(-0.1 |q' - q'*|^2)          joint velocities, rad/s
//          + 0.15 exp(-40 sum |e - e*|^2)         hands and feet, from the torso, m
//          + 0.3  exp(-5 |p - p*|^2 - 0.5 a^2)    position of the torso, m, and the angle a by which it is turned, rad
//
// Starred: the clip, retargeted (retarget.hpp), at the same time; a clip that loops goes on where its last cycle ended.
// DeepMimic's term of the mass centre is in that of the torso here, since the humanoid's root is its torso. An episode
// begins in a uniformly drawn moment of the clip and ends where the torso is farther from the clip's than
// `farthest`. Observation: qpos without x and y, qvel, the clip's x and y from the torso's, sine and cosine of the phase
// (49). Physics as in humanoid_velocity. Pictures show the clip beside the robot. Success: it still follows at the end.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

namespace fm {

struct HumanoidMotionOptions {
  std::string clip;
  double farthest = 0.5;
  bool random_start = true;
  double noise = 0.01;
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("clip", clip, "motion-capture file in DeepMimic's format; `scripts/setup --motions` installs some");
    visit("farthest", farthest, "an episode ends when the torso is farther from where the clip has it, m", above(0.0));
    visit("random_start", random_start, "episodes begin anywhere in the clip instead of at its beginning");
    visit("noise", noise, "scale of the random deviation of initial joint positions and velocities", at_least(0.0));
    visit("horizon", horizon, "steps of 0.015 s in an episode", between(1, 100000));
  }
};

/// @throws InputError for a missing or broken clip
EnvFactory make_humanoid_motion(const HumanoidMotionOptions& options);

}  // namespace fm
