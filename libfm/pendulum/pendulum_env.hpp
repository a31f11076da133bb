#pragma once
// The pendulum as an environment, for any task: where episodes begin, what is rewarded, what counts as success, and a
// goal if there is one. Observation [cos theta, sin theta, omega], action [torque], state [theta, omega].

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"
#include "libfm/pendulum/kernels.hpp"
#include "libfm/simd/angle.hpp"

#include <algorithm>
#include <cmath>
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

  /// What such an environment will be. @throws InputError for options that contradict each other.
  static EnvSpec describe(const Options& options) {
    const Task checked(options);
    return Task::spec(options);
  }

  PendulumEnv(const Options& options, int copies)
      : task_(options), horizon_(Task::pendulum(options).horizon), dynamics_(Task::pendulum(options)),
        spec_(Task::spec(options)), memories_(static_cast<std::size_t>(copies)), steps_(memories_.size()),
        torque_(memories_.size()), theta_(memories_.size()), omega_(memories_.size()), sine_(memories_.size()),
        observations_(copies, 3), goals_(copies, spec_.goals.size()) {
    for (int i = 0; i < copies; ++i) begin(i, {});
  }

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(memories_.size()); }

  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Draws draws = initial.at(episodes[i]);
      auto& memory = memories_[static_cast<std::size_t>(rows[i])] = {};
      begin(rows[i], task_.start(draws, memory));
    }
  }

  void step(const Matrix& actions, StepResult& result) override {
    result.clear(copies());
    // Contiguous stretches of running rows move together: one stretch, unless some have ended.
    for (int begin = 0; begin < copies();) {
      int end = begin;
      while (end < copies() && runs(end)) ++end;
      if (end > begin) step_rows(begin, end, actions.data(), result);
      begin = std::max(end, begin + 1);
    }
  }

  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }

  void set_goals(std::span<const int> rows, const Matrix& goals) override {
    if (spec_.goals.empty()) throw_input_error("environment '{}' has no goals to set", spec_.name);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      task_.hold_goal(goals(static_cast<Eigen::Index>(i), 0), memories_[static_cast<std::size_t>(rows[i])]);
      tell_goal(rows[i]);
    }
  }

  StateMatrix states() const override {
    StateMatrix states(copies(), 2);
    for (int i = 0; i < copies(); ++i) {
      const PendulumState now = state(i);
      states.row(i) << now.theta, now.omega;
    }
    return states;
  }

  void set_states(std::span<const int> rows, const StateMatrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      task_.begin(memories_[static_cast<std::size_t>(rows[i])]);
      begin(rows[i], {states(static_cast<Eigen::Index>(i), 0), states(static_cast<Eigen::Index>(i), 1)});
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
  PendulumState state(int i) const {
    return {theta_[static_cast<std::size_t>(i)], omega_[static_cast<std::size_t>(i)]};
  }

  /// Row i's episode begins in this state.
  void begin(int i, const PendulumState& state) {
    const auto row = static_cast<std::size_t>(i);
    const auto [sine, cosine] = sin_cos(state.theta);
    steps_[row] = 0;
    theta_[row] = state.theta;
    omega_[row] = state.omega;
    sine_[row] = sine;
    observations_.row(i) << static_cast<float>(cosine), static_cast<float>(sine), static_cast<float>(state.omega);
    tell_goal(i);
  }

  void tell_goal(int i) {
    if (goals_.cols() > 0) goals_(i, 0) = static_cast<float>(task_.goal(memories_[static_cast<std::size_t>(i)]));
  }

  bool runs(int i) const { return steps_[static_cast<std::size_t>(i)] < horizon_; }

  void step_rows(int begin, int end, const float* actions, StepResult& result) {
    for (int i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(i);
      torque_[row] = std::clamp(static_cast<double>(actions[i]), -dynamics_.max_torque, dynamics_.max_torque);
      result.rewards[i] = task_.reward(state(i), torque_[row], memories_[row]);
    }
    kernels_.step(dynamics_, {end - begin, torque_.data() + begin, theta_.data() + begin, omega_.data() + begin,
                              sine_.data() + begin, observations_.data() + 3 * begin});
    for (int i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(i);
      ++steps_[row];
      result.success[row] = task_.success(state(i), steps_[row], memories_[row]);
      result.truncated[row] = !runs(i);
      tell_goal(i);
    }
  }

  Task task_;
  int horizon_;
  PendulumDynamics dynamics_;
  EnvSpec spec_;
  const PendulumKernels& kernels_ = pendulum_kernels.best();

  // Row i of each is copy i.
  std::vector<typename Task::Memory> memories_;
  std::vector<int> steps_;
  std::vector<double> torque_;
  std::vector<double> theta_;
  std::vector<double> omega_;
  std::vector<double> sine_;
  Matrix observations_;
  Matrix goals_;
};

}  // namespace fm
