#include "libfm/env/pendulum.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fm {
namespace {

constexpr double upright_angle = 0.1;  // rad
constexpr int upright_steps = 20;

EnvSpec make_spec(const PendulumOptions& p) {
  constexpr double pi = std::numbers::pi;
  return {.name = "pendulum",
          .observations = {{"cos_theta", "", -1.0, 1.0},
                           {"sin_theta", "", -1.0, 1.0},
                           {"omega", "rad/s", -p.max_speed, p.max_speed}},
          .actions = {{"torque", "N m", -p.max_torque, p.max_torque}},
          .goals = {},
          .states = {{"theta", "rad", -pi, pi}, {"omega", "rad/s", -p.max_speed, p.max_speed}},
          .time_step = p.time_step,
          .horizon = p.horizon};
}

}  // namespace

double wrap_angle(double angle) {
  constexpr double pi = std::numbers::pi;
  const double turned = std::fmod(angle + pi, 2.0 * pi);
  return (turned < 0.0 ? turned + 2.0 * pi : turned) - pi;
}

double pendulum_energy(const PendulumOptions& p, double theta, double omega) {
  return p.mass * p.length * p.length / 6.0 * omega * omega + p.mass * p.gravity * p.length / 2.0 * std::cos(theta);
}

Pendulum::Pendulum(const PendulumOptions& options, int copies)
    : options_(options), spec_(make_spec(options)), theta_(Eigen::VectorXd::Zero(copies)),
      omega_(Eigen::VectorXd::Zero(copies)), step_(copies, 0), steps_upright_(copies, 0), observations_(copies, 3),
      goals_(copies, 0) {
  for (int i = 0; i < copies; ++i) observe(i);
}

void Pendulum::reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Draws draws = initial.at(episodes[i]);
    const double theta = draws.uniform(-std::numbers::pi, std::numbers::pi);
    place(rows[i], theta, draws.uniform(-1.0, 1.0));
  }
}

void Pendulum::step(const Matrix& actions, StepResult& result) {
  const PendulumOptions& p = options_;
  const double gravity_gain = 3.0 * p.gravity / (2.0 * p.length), torque_gain = 3.0 / (p.mass * p.length * p.length);
  const int n = copies();
  result.rewards.resize(n);
  result.terminated.assign(n, 0);
  result.truncated.resize(n);
  result.success.resize(n);
  for (int i = 0; i < n; ++i) {
    const double u = std::clamp(static_cast<double>(actions(i, 0)), -p.max_torque, p.max_torque);
    const double angle = wrap_angle(theta_[i]);
    result.rewards[i] = -(angle * angle + 0.1 * omega_[i] * omega_[i] + 0.001 * u * u);
    const double acceleration = gravity_gain * std::sin(theta_[i]) + torque_gain * u;
    omega_[i] = std::clamp(omega_[i] + acceleration * p.time_step, -p.max_speed, p.max_speed);
    theta_[i] += omega_[i] * p.time_step;
    observe(i);
    steps_upright_[i] = std::abs(wrap_angle(theta_[i])) < upright_angle ? steps_upright_[i] + 1 : 0;
    result.truncated[i] = ++step_[i] >= p.horizon;
    result.success[i] = steps_upright_[i] >= std::min(upright_steps, p.horizon);
  }
}

void Pendulum::set_goals(std::span<const int>, const Matrix&) {
  throw InputError("environment 'pendulum' has no goals to set");
}

StateMatrix Pendulum::states() const {
  StateMatrix states(copies(), 2);
  states << theta_, omega_;
  return states;
}

void Pendulum::set_states(std::span<const int> rows, const StateMatrix& states) {
  for (std::size_t i = 0; i < rows.size(); ++i) place(rows[i], states(i, 0), states(i, 1));
}

std::vector<Landmark> Pendulum::landmarks() const {
  constexpr double pi = std::numbers::pi;
  return {{"hanging", {pi, 0.0}}, {"halfway", {pi / 2, 0.0}}, {"upright", {0.0, 0.0}}};
}

void Pendulum::place(int row, double theta, double omega) {
  theta_[row] = theta;
  omega_[row] = omega;
  step_[row] = 0;
  steps_upright_[row] = 0;
  observe(row);
}

void Pendulum::observe(int row) {
  observations_(row, 0) = static_cast<float>(std::cos(theta_[row]));
  observations_(row, 1) = static_cast<float>(std::sin(theta_[row]));
  observations_(row, 2) = static_cast<float>(omega_[row]);
}

}  // namespace fm
