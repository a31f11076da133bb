#include "libfm/expert/energy_swing_up.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

double energy_swing_up_torque(const PendulumOptions& pendulum, double gain, const PendulumState& state) {
  constexpr double min_speed = 0.05;  // rad/s
  const double missing = pendulum_energy(pendulum, 0.0, 0.0) - pendulum_energy(pendulum, state.theta, state.omega);
  const double speed = std::max(std::abs(state.omega), min_speed);
  const double torque = gain * missing * (state.omega < 0.0 ? -speed : speed);
  return std::clamp(torque, -pendulum.max_torque, pendulum.max_torque);
}

}  // namespace fm
