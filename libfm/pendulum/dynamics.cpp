#include "libfm/pendulum/dynamics.hpp"

#include "libfm/simd/angle.hpp"

namespace fm {

double pendulum_energy(const PendulumOptions& p, double theta, double omega) {
  return p.mass * p.length * p.length / 6.0 * omega * omega +
         p.mass * p.gravity * p.length / 2.0 * sin_cos(theta).cosine;
}

double synchronous_speed(const PendulumOptions& p, const PendulumState& state) {
  return state.omega + 0.5 * p.time_step * 3.0 * p.gravity / (2.0 * p.length) * sin_cos(state.theta).sine;
}

PendulumDynamics::PendulumDynamics(const PendulumOptions& p)
    : gravity_gain(3.0 * p.gravity / (2.0 * p.length)), torque_gain(3.0 / (p.mass * p.length * p.length)),
      time_step(p.time_step), max_torque(p.max_torque), max_speed(p.max_speed) {}

PendulumState PendulumDynamics::next(const PendulumState& state, double torque) const {
  return next(state, sin_cos(state.theta).sine, torque);
}

}  // namespace fm
