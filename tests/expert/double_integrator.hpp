#pragma once
// A linear environment with a quadratic reward, whose optimal control is known: the Riccati recursion.

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"

#include <algorithm>
#include <vector>

namespace fm::test {

/// Observation and state [x, v], action [force]; x' = x + 0.1 v, v' = v + 0.1 u; reward -(x^2 + 0.1 v^2 + 0.01 u^2), of the
/// state before the step. An episode ends where x passes `end`.
class DoubleIntegrator final : public VectorEnv {
 public:
  static EnvFactory factory(double bound, double end = 1e9) {
    return {.spec = describe(bound),
            .make = [=](int copies) { return std::make_unique<DoubleIntegrator>(bound, end, copies); }};
  }

  static EnvSpec describe(double bound) {
    const std::vector<Dimension> state = {{"x", "m", -1e3, 1e3}, {"v", "m/s", -1e3, 1e3}};
    return {.name = "double_integrator",
            .observations = state,
            .actions = {{"force", "N", -bound, bound}},
            .goals = {},
            .states = state,
            .time_step = 0.1,
            .horizon = 100};
  }

  DoubleIntegrator(double bound, double end, int copies)
      : spec_(describe(bound)), end_(end), states_(Matrix::Zero(copies, 2)), goals_(copies, 0) {}

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(states_.rows()); }
  void reset(std::span<const int>, std::span<const std::uint64_t>, const RandomStream&) override {}
  void step(const Matrix& actions, StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      if (states_(i, 0) > end_) continue;
      const double u = std::clamp(actions(i, 0), spec_.actions[0].low, spec_.actions[0].high);
      const double x = states_(i, 0), v = states_(i, 1);
      result.rewards[i] = -(x * x + 0.1 * v * v + 0.01 * u * u);
      states_.row(i) << x + 0.1 * v, v + 0.1 * u;
      result.terminated[static_cast<std::size_t>(i)] = states_(i, 0) > end_;
    }
  }
  const Matrix& observations() const override { return states_; }
  const Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int>, const Matrix&) override { throw InputError("no goals"); }
  Matrix states() const override { return states_; }
  void set_states(std::span<const int> rows, const Matrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) states_.row(rows[i]) = states.row(static_cast<Eigen::Index>(i));
  }
  std::vector<int> coordinates() const override { return {0, 1}; }

 private:
  EnvSpec spec_;
  double end_;
  Matrix states_, goals_;
};

}  // namespace fm::test
