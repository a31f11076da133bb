#pragma once
// A problem of one state and one step for tests: the reward has two peaks, the higher one at 0.5.

#include "libfm/env/environment.hpp"

#include <cmath>
#include <vector>

namespace fm::test {

class Bandit final : public VectorEnv {
 public:
  static EnvFactory factory() {
    return {.spec = describe(), .make = [](int copies) { return std::make_unique<Bandit>(copies); }};
  }

  static EnvSpec describe() {
    return {.name = "bandit",
            .observations = {{"nothing", "", 0.0, 1.0}},
            .actions = {{"place", "", -1.0, 1.0}},
            .goals = {},
            .states = {{"steps", "", 0.0, 1.0}},
            .time_step = 1.0,
            .horizon = 1};
  }

  static double reward(double place) {
    const auto peak = [&](double centre) { return std::exp(-0.5 * std::pow((place - centre) / 0.2, 2)); };
    return 0.6 * peak(-0.5) + peak(0.5);
  }

  explicit Bandit(int copies)
      : states_(Matrix::Ones(copies, 1)), observations_(Matrix::Zero(copies, 1)), goals_(copies, 0) {}

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(states_.rows()); }
  void reset(std::span<const int> rows, std::span<const std::uint64_t>, const RandomStream&) override {
    for (const int row : rows) states_(row, 0) = 0.0;
  }
  void step(const Matrix& actions, StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      if (states_(i, 0) > 0.0) continue;
      states_(i, 0) = 1.0;
      result.rewards[i] = reward(actions(i, 0));
      result.terminated[static_cast<std::size_t>(i)] = 1;
    }
  }
  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int>, const Matrix&) override {}
  Matrix states() const override { return states_; }
  void set_states(std::span<const int> rows, const Matrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) states_.row(rows[i]) = states.row(static_cast<Eigen::Index>(i));
  }

 private:
  EnvSpec spec_ = describe();
  Matrix states_, observations_, goals_;
};

}  // namespace fm::test
