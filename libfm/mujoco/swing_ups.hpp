#pragma once
// The cart-pole and the acrobot of the DeepMind control suite (Tassa et al. 2018), to be swung up and balanced by torque
// that cannot lift them at once. Rewards lie in [0, 1]. Success: upright throughout the last second.
//
//   cart_pole_swing_up   observation [x, cos, sin, x', angle'], force on the cart; starts hanging, nearly at rest
//   acrobot              observation [sin, sin, cos, cos of both links' angles to the vertical, angular velocities],
//                        torque at the elbow; starts at uniform angles, at rest

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

namespace fm {

struct SwingUpOptions {
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("horizon", horizon, "steps of 0.01 s in an episode", between(1, 100000));
  }
};

EnvFactory make_cart_pole_swing_up(const SwingUpOptions& options);
EnvFactory make_acrobot(const SwingUpOptions& options);

}  // namespace fm
