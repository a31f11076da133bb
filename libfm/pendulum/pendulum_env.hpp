#pragma once
// The pendulum as an environment, with a task that defines initial states, rewards, success and goals. Observation
// [cos theta, sin theta, omega], action [torque], state [theta, omega]; rad, rad/s, N m.

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"
#include "libfm/pendulum/kernels.hpp"
#include "libfm/simd/angle.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fm {

/// The specification common to all tasks, without goals.
EnvSpec pendulum_spec(const char* name, const PendulumOptions& pendulum);

/// Counts the consecutive steps during which an angle has been close to a wanted one.
class AngleHeld {
 public:
  /// Counts one step. @return whether the last 20 steps, or all `horizon` steps if fewer, were within 0.1 rad
  bool update(double angle, double wanted, int horizon) {
    steps_ = std::abs(wrap_angle(angle - wanted)) < 0.1 ? steps_ + 1 : 0;
    return steps_ >= std::min(20, horizon);
  }

 private:
  int steps_ = 0;
};

/// Defaults for the members of a task. `Memory` is the task's state of one row's episode.
///
/// A task adds: Options (with the `pendulum`), Memory, EnvSpec spec(options),
///   PendulumState start(draws, memory)              the initial state of a new episode
///   double reward(state, torque, memory)            the reward of a step, from the state before it
///   bool success(state, step, memory)               whether the episode is a success if it ends in this state
struct PendulumTask {
  template <class Options>
  static const PendulumOptions& pendulum(const Options& options) {
    return options.pendulum;
  }
  /// Starts an episode in a state that was set; the goal is kept.
  template <class Memory>
  static void begin(Memory& memory) {
    memory = {};
  }
  template <class Memory>
  static double goal(const Memory&) {
    return 0.0;
  }
  template <class Memory>
  static void set_goal(double, Memory&) {}
  static std::map<std::string, double> metrics(std::span<const Episode>) { return {}; }
};

template <class Task>
class PendulumEnv final : public VectorEnv {
 public:
  using Options = typename Task::Options;

  /// The specification for these options. @throws InputError for inconsistent options.
  static EnvSpec describe(const Options& options) {
    const Task checked(options);
    return Task::spec(options);
  }

  PendulumEnv(const Options& options, int copies)
      : options_(options), task_(options), horizon_(Task::pendulum(options).horizon),
        dynamics_(Task::pendulum(options)), spec_(Task::spec(options)), memories_(static_cast<std::size_t>(copies)),
        steps_(memories_.size()), torque_(memories_.size()), theta_(memories_.size()), omega_(memories_.size()),
        sine_(memories_.size()), rounded_(3 * memories_.size()), observations_(copies, 3),
        goals_(copies, spec_.goals.size()) {
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
    if (ended_ == 0) {
      result.resize(copies());
      step_rows(0, copies(), actions.data(), result);
      return;
    }
    result.clear(copies());
    // Contiguous runs of active rows are stepped together: a single run unless some rows have ended.
    for (int begin = 0; begin < copies();) {
      int end = begin;
      while (end < copies() && is_active(end)) ++end;
      if (end > begin) step_rows(begin, end, actions.data(), result);
      begin = std::max(end, begin + 1);
    }
  }

  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }

  void set_goals(std::span<const int> rows, const Matrix& goals) override {
    if (spec_.goals.empty()) throw_input_error("environment '{}' has no goals to set", spec_.name);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      task_.set_goal(goals(static_cast<Eigen::Index>(i), 0), memories_[static_cast<std::size_t>(rows[i])]);
      update_goal(rows[i]);
    }
  }

  Matrix states() const override {
    Matrix states(copies(), 2);
    for (int i = 0; i < copies(); ++i) {
      const PendulumState now = state(i);
      states.row(i) << now.theta, now.omega;
    }
    return states;
  }

  void set_states(std::span<const int> rows, const Matrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      task_.begin(memories_[static_cast<std::size_t>(rows[i])]);
      begin(rows[i], {states(static_cast<Eigen::Index>(i), 0), states(static_cast<Eigen::Index>(i), 1)});
    }
  }

  std::vector<int> coordinates() const override { return {0, 1}; }

  std::vector<Landmark> landmarks() const override {
    constexpr double pi = std::numbers::pi;
    return {{"hanging", {pi, 0.0}}, {"halfway", {pi / 2, 0.0}}, {"upright", {0.0, 0.0}}};
  }

  /// The rod, which turns about the y axis, and its pivot.
  std::vector<Shape> shapes() const override {
    const double length = Task::pendulum(options_).length;
    return {{Shape::Kind::capsule, {0.05 * length, 0.5 * length, 0.0}, {0.8, 0.4, 0.2}},
            {Shape::Kind::sphere, {0.04 * length, 0.0, 0.0}, {0.2, 0.2, 0.2}}};
  }
  std::vector<Pose> poses(int row) const override {
    const double theta = state(row).theta, half = 0.5 * Task::pendulum(options_).length;
    return {
        {{half * std::sin(theta), 0.0, half * std::cos(theta)}, {std::cos(theta / 2), 0.0, std::sin(theta / 2), 0.0}},
        {{0.0, 0.0, 0.0}, {1.0, 0.0, 0.0, 0.0}}};
  }

  std::map<std::string, double> metrics(std::span<const Episode> episodes) const override {
    return Task::metrics(episodes);
  }

 private:
  PendulumState state(int i) const {
    return {theta_[static_cast<std::size_t>(i)], omega_[static_cast<std::size_t>(i)]};
  }

  /// Starts row i's episode in this state.
  void begin(int i, const PendulumState& state) {
    const auto row = static_cast<std::size_t>(i);
    const auto [sine, cosine] = sin_cos(state.theta);
    if (!is_active(i)) --ended_;
    steps_[row] = 0;
    theta_[row] = state.theta;
    omega_[row] = state.omega;
    sine_[row] = sine;
    observations_.row(i) << static_cast<float>(cosine), static_cast<float>(sine), static_cast<float>(state.omega);
    update_goal(i);
  }

  void update_goal(int i) {
    if (goals_.cols() > 0) goals_(i, 0) = static_cast<float>(task_.goal(memories_[static_cast<std::size_t>(i)]));
  }

  bool is_active(int i) const { return steps_[static_cast<std::size_t>(i)] < horizon_; }

  void step_rows(int begin, int end, const double* actions, StepResult& result) {
    for (int i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(i);
      torque_[row] = std::clamp(actions[i], -dynamics_.max_torque, dynamics_.max_torque);
      result.rewards[i] = task_.reward(state(i), torque_[row], memories_[row]);
    }
    kernels_.step(dynamics_, {end - begin, torque_.data() + begin, theta_.data() + begin, omega_.data() + begin,
                              sine_.data() + begin, rounded_.data() + 3 * begin});
    std::copy(rounded_.begin() + 3 * begin, rounded_.begin() + 3 * end, observations_.data() + 3 * begin);
    for (int i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(i);
      ++steps_[row];
      result.success[row] = task_.success(state(i), steps_[row], memories_[row]);
      result.truncated[row] = !is_active(i);
      ended_ += result.truncated[row];
      update_goal(i);
    }
  }

  Options options_;
  Task task_;
  int horizon_;
  PendulumDynamics dynamics_;
  EnvSpec spec_;
  const PendulumKernels& kernels_ = pendulum_kernels.best();

  // Element or row i of each belongs to copy i.
  std::vector<typename Task::Memory> memories_;
  std::vector<int> steps_;
  int ended_ = 0;  ///< rows that are not active
  std::vector<double> torque_;
  std::vector<double> theta_;
  std::vector<double> omega_;
  std::vector<double> sine_;
  std::vector<float> rounded_;  ///< observations in the kernels' layout, (copies, 3)
  Matrix observations_;         ///< rounded to float32, as Gymnasium's are
  Matrix goals_;
};

}  // namespace fm
