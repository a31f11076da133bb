#include "libfm/expert/spin_energy.hpp"

#include "libfm/expert/pendulum_model.hpp"
#include "libfm/pendulum/rotation.hpp"

namespace fm {

double rotation_energy(const PendulumOptions& p, double rate) {
  // Bisection over the speed at the top: the mean rate increases with it and exceeds it.
  double low = 0.0, high = std::abs(rate);
  for (int i = 0; i < 60; ++i) {
    const double top = 0.5 * (low + high);
    (rotation_rate(p, {0.0, top}) < std::abs(rate) ? low : high) = top;
  }
  return pendulum_energy(p, 0.0, low);
}

void SpinEnergy::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index rows = input.observations.rows();
  output.actions.resize(rows, 1);
  for (Eigen::Index i = 0; i < rows; ++i) {
    output.actions(i, 0) = static_cast<float>(torque(pendulum_state(input.observations, i), input.goals(i, 0)));
  }
}

double SpinEnergy::torque(const PendulumState& state, double rate) const {
  constexpr double min_speed = 0.05;  // rad/s; leaves rest at the bottom in the direction of the goal
  const double omega = synchronous_speed(pendulum_, state);
  const double energy = pendulum_energy(pendulum_, state.theta, omega);
  const bool same_direction = omega * rate >= 0.0;
  const double wanted =
      same_direction ? rotation_energy(pendulum_, rate) : options_.backwards * pendulum_energy(pendulum_, 0.0, 0.0);
  const double speed = std::max(std::abs(omega), min_speed);
  const double torque = options_.gain * (wanted - energy) * (same_direction ? std::copysign(speed, rate) : omega);
  return std::clamp(torque, -pendulum_.max_torque, pendulum_.max_torque);
}

}  // namespace fm
