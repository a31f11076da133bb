#include "libfm/collocation/swing_up_model.hpp"

#include "libfm/expert/pendulum_model.hpp"
#include "libfm/mujoco/model.hpp"

#include <casadi/casadi.hpp>

#include <cmath>
#include <numbers>

namespace fm {
namespace {

using casadi::DM, casadi::SX;

constexpr double turn = 2.0 * std::numbers::pi;

/// The symbols in which a system's energies are written.
struct Symbols {
  explicit Symbols(int joints)
      : q(SX::sym("q", joints)), v(SX::sym("v", joints)), u(SX::sym("u")), x(SX::vertcat({q, v})) {}
  SX q, v, u, x;
};

/// What differs between systems.
struct System {
  SX kinetic, potential;        ///< J
  std::vector<double> damping;  ///< by joint, N s/m or N m s
  int driven;                   ///< joint
  double gear;                  ///< N or N m per unit of control
  SX cost, swing;               ///< `swing`: the control that adds energy to what swings up, but for a factor
  SX centring;                  ///< added to the law that swings up
};

SX accelerations(const Symbols& s, const System& system) {
  const SX momentum = gradient(system.kinetic, s.v), inertia = jacobian(momentum, s.v);
  SX force = gradient(system.kinetic - system.potential, s.q) - mtimes(jacobian(momentum, s.q), s.v) -
             SX(DM(system.damping)) * s.v;
  force(system.driven) += system.gear * s.u;
  return solve(inertia, force);
}

SwingUpModel make_model(const Symbols& s, const System& system, double bound, std::vector<double> periods) {
  const SX energy = system.kinetic + system.potential;
  const casadi::Function energy_of("energy", {s.x}, {energy});
  const DM goal = DM::zeros(s.x.numel()), infinite = DM::inf(s.x.numel());
  const SX missing = SX(energy_of(goal).at(0)) - energy;
  return {.derivative = {"derivative", {s.x, s.u}, {SX::vertcat({s.v, accelerations(s, system)})}},
          .cost = {"cost", {s.x, s.u}, {system.cost}},
          .pump = {"pump", {s.x}, {missing * system.swing + system.centring}},
          .goal = goal,
          .low = -infinite,
          .high = infinite,
          .bound = bound,
          .periods = std::move(periods)};
}

/// The kinetic energy of a body whose centre moves with (vx, vz) and which turns with `omega`.
SX kinetic_energy(double mass, double inertia, const SX& vx, const SX& vz, const SX& omega) {
  return 0.5 * mass * (vx * vx + vz * vz) + 0.5 * inertia * omega * omega;
}

/// A link of a planar robot: a body of a MuJoCo model whose frame lies in its joint.
struct Link {
  Link(const mjModel& model, const char* name) {
    const int body = object_id(model, mjOBJ_BODY, name);
    mass = model.body_mass[body];
    inertia = model.body_inertia[3 * body];
    centre = model.body_ipos[3 * body + 2];
  }
  double mass, inertia;  ///< kg; kg m^2, about a horizontal axis through the centre of mass
  double centre;         ///< m, from the joint
};

std::vector<double> dampings(const mjModel& model) { return {model.dof_damping, model.dof_damping + model.nv}; }

/// exp(ln(0.1) (x / margin)^2), dm_control's tolerance around 0.
SX closeness(const SX& x, double margin) { return exp(std::log(0.1) / (margin * margin) * x * x); }

}  // namespace

SwingUpModel pendulum_model(const PendulumOptions& p) {
  const Symbols s(1);
  const double inertia = p.mass * p.length * p.length / 3.0;
  const SX angle = atan2(sin(s.q), cos(s.q)), omega = s.v;
  const Eigen::Matrix2d Q = PendulumModel::Q();
  const double R = PendulumModel::R()(0, 0);
  SwingUpModel result =
      make_model(s,
                 {.kinetic = 0.5 * inertia * omega * omega,
                  .potential = 0.5 * p.mass * p.gravity * p.length * cos(s.q),
                  .damping = {0.0},
                  .driven = 0,
                  .gear = 1.0,
                  .cost = (Q(0, 0) * angle * angle + Q(1, 1) * omega * omega + R * s.u * s.u) / p.time_step,
                  .swing = omega,
                  .centring = 0.0},
                 p.max_torque, {turn, 0.0});
  result.low(1) = -p.max_speed;
  result.high(1) = p.max_speed;
  return result;
}

SwingUpModel cart_pole_model() {
  const MujocoModel model = load_model("dm_control/suite/cartpole.xml");
  const mjModel& m = *model;
  const Link pole(m, "pole_1");
  const double cart = m.body_mass[object_id(m, mjOBJ_BODY, "cart")];
  const Symbols s(2);
  const SX x = s.q(0), angle = s.q(1), velocity = s.v(0), omega = s.v(1);
  const SX upright = (cos(angle) + 1.0) / 2.0, centred = (1.0 + closeness(x, 2.0)) / 2.0,
           gentle = (5.0 - s.u * s.u) / 5.0, slow = (1.0 + closeness(omega, 5.0)) / 2.0;
  SwingUpModel result =
      make_model(s,
                 {.kinetic = 0.5 * cart * velocity * velocity +
                             kinetic_energy(pole.mass, pole.inertia, velocity + pole.centre * cos(angle) * omega,
                                            -pole.centre * sin(angle) * omega, omega),
                  .potential = pole.mass * -m.opt.gravity[2] * pole.centre * cos(angle),
                  .damping = dampings(m),
                  .driven = 0,
                  .gear = m.actuator_gear[0],
                  .cost = (1.0 - upright * centred * gentle * slow) / m.opt.timestep,
                  .swing = -cos(angle) * omega,
                  .centring = -0.1 * x - 0.1 * velocity},
                 m.actuator_ctrlrange[1], {0.0, turn, 0.0, 0.0});
  // The rail's ends are not part of the equations: plans keep away from them.
  constexpr double share = 0.95;
  result.low(0) = share * m.jnt_range[0];
  result.high(0) = share * m.jnt_range[1];
  return result;
}

SwingUpModel acrobot_model() {
  const MujocoModel model = load_model("dm_control/suite/acrobot.xml");
  const mjModel& m = *model;
  const Link upper(m, "upper_arm"), lower(m, "lower_arm");
  const double length = m.body_pos[3 * object_id(m, mjOBJ_BODY, "lower_arm") + 2], gravity = -m.opt.gravity[2];
  const Symbols s(2);
  const SX first = s.q(0), second = s.q(0) + s.q(1), omega = s.v(0), both = s.v(0) + s.v(1);
  const SX height = upper.centre * cos(first), lower_height = length * cos(first) + lower.centre * cos(second);
  // The reward is 0 everywhere but close to the goal: what is lost is time.
  constexpr double effort = 0.1;
  return make_model(s,
                    {.kinetic = kinetic_energy(upper.mass, upper.inertia, upper.centre * cos(first) * omega,
                                               -upper.centre * sin(first) * omega, omega) +
                                kinetic_energy(lower.mass, lower.inertia,
                                               length * cos(first) * omega + lower.centre * cos(second) * both,
                                               -length * sin(first) * omega - lower.centre * sin(second) * both, both),
                     .potential = gravity * (upper.mass * height + lower.mass * lower_height),
                     .damping = dampings(m),
                     .driven = 1,
                     .gear = m.actuator_gear[0],
                     .cost = (1.0 + effort * s.u * s.u) / m.opt.timestep,
                     .swing = s.v(1),
                     .centring = 0.0},
                    m.actuator_ctrlrange[1], {turn, turn, 0.0, 0.0});
}

}  // namespace fm
