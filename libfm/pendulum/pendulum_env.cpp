#include "libfm/pendulum/pendulum_env.hpp"

namespace fm {

EnvSpec pendulum_spec(const char* name, const PendulumOptions& p) {
  constexpr double pi = std::numbers::pi;
  return {.name = name,
          .observations = {{"cos_theta", "", -1.0, 1.0},
                           {"sin_theta", "", -1.0, 1.0},
                           {"omega", "rad/s", -p.max_speed, p.max_speed}},
          .actions = {{"torque", "N m", -p.max_torque, p.max_torque}},
          .goals = {},
          .states = {{"theta", "rad", -pi, pi}, {"omega", "rad/s", -p.max_speed, p.max_speed}},
          .time_step = p.time_step,
          .horizon = p.horizon};
}

}  // namespace fm
