#include "libfm/pendulum/rotation.hpp"

#include <cmath>

namespace fm {

double arithmetic_geometric_mean(double a, double b) {
  if (a == 0.0 || b == 0.0) return 0.0;
  while (std::abs(a - b) > 1e-14 * (a + b)) {
    const double mean = 0.5 * (a + b);
    b = std::sqrt(a * b);
    a = mean;
  }
  return a;
}

double rotation_rate(const PendulumOptions& p, const PendulumState& state) {
  const double inertia = p.mass * p.length * p.length / 3.0;
  const double energy = pendulum_energy(p, state.theta, state.omega), at_top = pendulum_energy(p, 0.0, 0.0);
  if (energy <= at_top) return 0.0;
  const double top = std::sqrt(2.0 * (energy - at_top) / inertia),
               bottom = std::sqrt(2.0 * (energy + at_top) / inertia);
  return std::copysign(arithmetic_geometric_mean(top, bottom), state.omega);
}

}  // namespace fm
