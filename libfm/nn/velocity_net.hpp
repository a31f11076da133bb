#pragma once
// The velocity network of flow matching, v_theta(z, t | observations, goal): a torch::nn module that takes noisy
// actions z (N, H, A), flow times t (N, 1) and a Condition, and returns dz/dt (N, H, A). See
// make_network for construction by name.

#include "libfm/nn/conditional_net.hpp"

namespace fm {

using VelocityNet = ConditionalNet;

}  // namespace fm
