#pragma once
// The swing-up problems as CasADi expressions: equations of motion, cost, and the law that swings up by energy.
//
// A system is given by its energies: with the kinetic energy T(q, v) = v' M(q) v / 2, the potential energy V(q), dampings D
// and the control u of one joint with gear g, Lagrange's equations are M a = g u e - D v - (d(M v)/dq) v + dT/dq - dV/dq,
// whose derivatives CasADi takes.

#include "libfm/env/environment.hpp"
#include "libfm/pendulum/dynamics.hpp"

#include <casadi/core/function.hpp>

#include <vector>

namespace fm {

/// A system with n joints of which one is driven. x = [q (n), v (n)], in m and rad; u is the control in the environment's units.
struct SwingUpModel {
  casadi::Function derivative;  ///< (x, u) -> dx/dt
  casadi::Function cost;        ///< (x, u) -> cost per second
  /// x -> the control, but for a positive factor, that brings the energy towards that of the goal (Spong 1995; Astrom and
  /// Furuta 2000).
  casadi::Function pump;
  casadi::DM goal;              ///< x at rest upright
  casadi::DM low, high;         ///< bounds of x
  double bound;                 ///< |u| <= bound
  std::vector<double> periods;  ///< (2n): 2 pi for angles, 0 for what does not repeat

  int size() const { return static_cast<int>(periods.size()); }
};

SwingUpModel pendulum_model(const PendulumOptions& pendulum);
/// The models of dm_control, with the masses, dampings and gears of its files.
SwingUpModel cart_pole_model();
SwingUpModel acrobot_model();

}  // namespace fm
