#pragma once
// An environment for tests: a point on a line without bounds, which drifts and is pushed, and whose episode terminates
// when it has come far enough. Most episodes end after 2 to 30 steps, some are truncated after 40.

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace fm::test {

/// Observation and state [position, clock], action [push], goal [distance]. The clock begins at 1000.
class EarlyEndingEnv : public VectorEnv {
 public:
  static EnvFactory factory() {
    return {.spec = describe(), .make = [](int copies) { return std::make_unique<EarlyEndingEnv>(copies); }};
  }

  static EnvSpec describe() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {.name = "early_ending",
            .observations = {{"position", "m", -infinity, infinity}, {"clock", "", 0.0, infinity}},
            .actions = {{"push", "m", -infinity, infinity}},
            .goals = {{"distance", "m", 0.0, infinity}},
            .states = {{"position", "m", -infinity, infinity}, {"clock", "", 0.0, infinity}},
            .time_step = 0.1,
            .horizon = 40};
  }

  explicit EarlyEndingEnv(int copies)
      : states_(copies, 2), steps_(copies), ended_(copies), observations_(copies, 2), goals_(Matrix::Ones(copies, 1)) {
    for (int i = 0; i < copies; ++i) begin(i, 0.0, 1000.0);
  }

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(steps_.size()); }

  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Draws draws = initial.at(episodes[i]);
      begin(rows[i], draws.uniform(-0.5, 0.5), 1000.0);
      goals_(rows[i], 0) = static_cast<float>(draws.uniform(1.0, 20.0));
    }
  }

  void step(const Matrix& actions, StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      if (ended_[i] != 0) continue;
      states_(i, 0) += 0.7 + 0.3 * std::tanh(static_cast<double>(actions(i, 0)));
      states_(i, 1) += 1.0;
      ++steps_[i];
      observe(i);
      result.rewards[i] = -static_cast<double>(std::abs(actions(i, 0)));
      result.terminated[i] = states_(i, 0) >= static_cast<double>(goals_(i, 0));
      result.truncated[i] = result.terminated[i] == 0 && steps_[i] >= spec_.horizon;
      result.success[i] = result.terminated[i];
      ended_[i] = result.terminated[i] != 0 || result.truncated[i] != 0;
    }
  }

  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int> rows, const Matrix& goals) override {
    for (std::size_t i = 0; i < rows.size(); ++i) goals_.row(rows[i]) = goals.row(static_cast<Eigen::Index>(i));
  }

  Matrix states() const override { return states_; }
  void set_states(std::span<const int> rows, const Matrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      begin(rows[i], states(static_cast<Eigen::Index>(i), 0), states(static_cast<Eigen::Index>(i), 1));
    }
  }

 private:
  void begin(int row, double position, double clock) {
    states_.row(row) << position, clock;
    steps_[row] = 0;
    ended_[row] = 0;
    observe(row);
  }

  void observe(int row) { observations_.row(row) = states_.row(row); }

  EnvSpec spec_ = describe();
  Matrix states_;
  std::vector<int> steps_;
  std::vector<std::uint8_t> ended_;
  Matrix observations_, goals_;
};

}  // namespace fm::test
