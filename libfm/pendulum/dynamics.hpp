#pragma once
// Dynamics of the torque-limited pendulum, equal to Gymnasium's Pendulum-v1 step for step. theta = 0 is upright.
//
//   omega' = clip(omega + (3 g / (2 l) sin theta + 3 / (m l^2) u) dt, -8, 8),  theta' = theta + omega' dt

#include "libfm/core/fields.hpp"

namespace fm {

struct PendulumOptions {
  double gravity = 10.0;
  double mass = 1.0;
  double length = 1.0;
  double time_step = 0.05;
  double max_torque = 2.0;
  double max_speed = 8.0;
  int horizon = 200;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("gravity", gravity, "gravitational acceleration, m/s^2", at_least(0.0));
    visit("mass", mass, "mass of the rod, kg", above(0.0));
    visit("length", length, "length of the rod, m", above(0.0));
    visit("time_step", time_step, "time between actions, s", above(0.0));
    visit("max_torque", max_torque, "torque is clipped to this magnitude, N m", above(0.0));
    visit("max_speed", max_speed, "angular velocity is clipped to this magnitude, rad/s", above(0.0));
    visit("horizon", horizon, "steps in an episode", between(1, 100000));
  }
};

struct PendulumState {
  double theta = 0.0;  ///< rad, 0 upright
  double omega = 0.0;  ///< rad/s
};

/// The pendulum's energy, J, zero at rest at pivot height: I omega^2 / 2 + (m g l / 2) cos theta with I = m l^2 / 3.
double pendulum_energy(const PendulumOptions& pendulum, double theta, double omega);

/// The angular velocity at the time of theta, rad/s. Semi-implicit Euler steps leave omega half a step behind theta;
/// with half of the next undriven change added, energy is conserved to second order in the time step instead of first
/// (Verlet 1967).
double synchronous_speed(const PendulumOptions& pendulum, const PendulumState& state);

/// The equation of motion above with precomputed factors.
struct PendulumDynamics {
  explicit PendulumDynamics(const PendulumOptions& options);

  /// One time step; theta' is not wrapped.
  /// @param sine sin theta  @param torque N m, within its bounds
  [[gnu::always_inline]] PendulumState next(const PendulumState& state, double sine, double torque) const {
    const double acceleration = gravity_gain * sine + torque_gain * torque;
    const double faster = state.omega + acceleration * time_step;
    const double below = faster > max_speed ? max_speed : faster, omega = below < -max_speed ? -max_speed : below;
    return {.theta = state.theta + omega * time_step, .omega = omega};
  }
  PendulumState next(const PendulumState& state, double torque) const;

  double gravity_gain;  ///< 3 g / (2 l), 1/s^2
  double torque_gain;   ///< 3 / (m l^2), 1/(kg m^2)
  double time_step;     ///< s
  double max_torque;    ///< N m
  double max_speed;     ///< rad/s
};

}  // namespace fm
