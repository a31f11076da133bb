#pragma once
// The torque-limited pendulum, equal to Gymnasium's Pendulum-v1 step for step. theta = 0 is upright.
//
//   omega' = clip(omega + (3 g / (2 l) sin theta + 3 / (m l^2) u) dt, -8, 8),  theta' = theta + omega' dt
//   reward = -(wrap(theta)^2 + 0.1 omega^2 + 0.001 u^2), of the state before the step

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

#include <vector>

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

/// An angle in [-pi, pi).
double wrap_angle(double angle);

/// The pendulum's energy, zero at the height of its pivot: I omega^2 / 2 + (m g l / 2) cos theta with I = m l^2 / 3. J
double pendulum_energy(const PendulumOptions& pendulum, double theta, double omega);

/// Observation [cos theta, sin theta, omega], action [torque], state [theta, omega].
/// Starts at theta ~ U(-pi, pi), omega ~ U(-1, 1). Success: within 0.1 rad of upright for the last 20 steps.
class Pendulum final : public VectorEnv {
 public:
  Pendulum(const PendulumOptions& options, int copies);

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(theta_.size()); }
  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) override;
  void step(const Matrix& actions, StepResult& result) override;
  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int> rows, const Matrix& goals) override;
  StateMatrix states() const override;
  void set_states(std::span<const int> rows, const StateMatrix& states) override;
  std::vector<Landmark> landmarks() const override;

 private:
  void place(int row, double theta, double omega);
  void observe(int row);

  PendulumOptions options_;
  EnvSpec spec_;
  Eigen::VectorXd theta_;
  Eigen::VectorXd omega_;
  std::vector<int> step_;
  std::vector<int> steps_upright_;
  Matrix observations_;
  Matrix goals_;
};

}  // namespace fm
