#include "libfm/env/pendulum_dynamics.hpp"

#include <numbers>

namespace fm {

double wrap_angle(double angle) {
  constexpr double pi = std::numbers::pi;
  const double turned = std::fmod(angle + pi, 2.0 * pi);
  return (turned < 0.0 ? turned + 2.0 * pi : turned) - pi;
}

double pendulum_energy(const PendulumOptions& p, double theta, double omega) {
  return p.mass * p.length * p.length / 6.0 * omega * omega + p.mass * p.gravity * p.length / 2.0 * std::cos(theta);
}

double synchronous_speed(const PendulumOptions& p, const PendulumState& state) {
  return state.omega + 0.5 * p.time_step * 3.0 * p.gravity / (2.0 * p.length) * std::sin(state.theta);
}

}  // namespace fm
