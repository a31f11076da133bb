#pragma once
// The pendulum as an environment, for any task: where episodes begin, what is rewarded, what counts as success, and a
// goal if there is one. Observation [cos theta, sin theta, omega], action [torque], state [theta, omega].

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"
#include "libfm/env/pendulum_dynamics.hpp"

#include <numbers>

namespace fm {

/// The specification that tasks begin with.
EnvSpec pendulum_spec(const char* name, const PendulumOptions& pendulum);

/// Counts the steps that an angle has been near enough to another, without a break.
class AngleHeld {
 public:
  /// Whether the last 20 steps, or all of a shorter episode's, were within 0.1 rad.
  bool update(double angle, double wanted, int horizon) {
    steps_ = std::abs(wrap_angle(angle - wanted)) < 0.1 ? steps_ + 1 : 0;
    return steps_ >= std::min(20, horizon);
  }

 private:
  int steps_ = 0;
};

/// What a task may leave as it is. `Memory` holds what a task remembers of a row's episode.
///
/// A task adds: Options (with the `pendulum`), Memory, name, EnvSpec spec(options),
///   PendulumState start(draws, memory)              a new episode's
///   double reward(state, torque, memory)            of a step, by the state before it
///   bool success(state, step, memory)               whether the episode is one if it ends with this state
struct PendulumTask {
  template <class Options>
  static const PendulumOptions& pendulum(const Options& options) {
    return options.pendulum;
  }
  /// An episode begins in a state that was set; a goal stays.
  template <class Memory>
  static void begin(Memory& memory) {
    memory = {};
  }
  template <class Memory>
  static double goal(const Memory&) {
    return 0.0;
  }
  template <class Memory>
  static void hold_goal(double, Memory&) {}
  static std::map<std::string, double> metrics(std::span<const Episode>) { return {}; }
};

template <class Task>
class PendulumEnv final : public VectorEnv {
 public:
  using Options = typename Task::Options;

  PendulumEnv(const Options& options, int copies)
      : task_(options), pendulum_(Task::pendulum(options)), spec_(Task::spec(options)),
        rows_(static_cast<std::size_t>(copies)), observations_(copies, 3), goals_(copies, spec_.goals.size()) {
    for (int i = 0; i < copies; ++i) observe(i);
  }

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(rows_.size()); }

  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Draws draws = initial.at(episodes[i]);
      Row& row = rows_[static_cast<std::size_t>(rows[i])] = {};
      row.state = task_.start(draws, row.memory);
      observe(rows[i]);
    }
  }

  void step(const Matrix& actions, StepResult& result) override {
    const int n = copies();
    result.rewards.resize(n);
    result.terminated.assign(n, 0);
    result.truncated.resize(n);
    result.success.resize(n);
    for (int i = 0; i < n; ++i) {
      Row& row = rows_[static_cast<std::size_t>(i)];
      const double torque = std::clamp(static_cast<double>(actions(i, 0)), -pendulum_.max_torque, pendulum_.max_torque);
      result.rewards[i] = task_.reward(row.state, torque, row.memory);
      row.state = pendulum_step(pendulum_, row.state, torque);
      ++row.step;
      result.success[i] = task_.success(row.state, row.step, row.memory);
      result.truncated[i] = row.step >= pendulum_.horizon;
      observe(i);
    }
  }

  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }

  void set_goals(std::span<const int> rows, const Matrix& goals) override {
    if (spec_.goals.empty()) throw_input_error("environment '{}' has no goals to set", spec_.name);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      task_.hold_goal(goals(static_cast<Eigen::Index>(i), 0), rows_[static_cast<std::size_t>(rows[i])].memory);
      observe(rows[i]);
    }
  }

  StateMatrix states() const override {
    StateMatrix states(copies(), 2);
    for (int i = 0; i < copies(); ++i) {
      const PendulumState& state = rows_[static_cast<std::size_t>(i)].state;
      states.row(i) << state.theta, state.omega;
    }
    return states;
  }

  void set_states(std::span<const int> rows, const StateMatrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Row& row = rows_[static_cast<std::size_t>(rows[i])];
      task_.begin(row.memory);
      row.state = {states(static_cast<Eigen::Index>(i), 0), states(static_cast<Eigen::Index>(i), 1)};
      row.step = 0;
      observe(rows[i]);
    }
  }

  std::vector<Landmark> landmarks() const override {
    constexpr double pi = std::numbers::pi;
    return {{"hanging", {pi, 0.0}}, {"halfway", {pi / 2, 0.0}}, {"upright", {0.0, 0.0}}};
  }

  std::map<std::string, double> metrics(std::span<const Episode> episodes) const override {
    return Task::metrics(episodes);
  }

 private:
  struct Row {
    PendulumState state;
    int step = 0;
    typename Task::Memory memory;
  };

  void observe(int i) {
    const Row& row = rows_[static_cast<std::size_t>(i)];
    observations_(i, 0) = static_cast<float>(std::cos(row.state.theta));
    observations_(i, 1) = static_cast<float>(std::sin(row.state.theta));
    observations_(i, 2) = static_cast<float>(row.state.omega);
    if (goals_.cols() > 0) goals_(i, 0) = static_cast<float>(task_.goal(row.memory));
  }

  Task task_;
  PendulumOptions pendulum_;
  EnvSpec spec_;
  std::vector<Row> rows_;
  Matrix observations_;
  Matrix goals_;
};

}  // namespace fm
