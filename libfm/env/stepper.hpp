#pragma once
// Copies of an environment and the policy that acts in them, advanced step by step: the one loop in which policies act.
// rollout() runs whole episodes with it, Collector segments of steps.

#include "libfm/env/rollout.hpp"

#include <memory>
#include <span>
#include <vector>

namespace fm {

/// Sets the goal (G) of these rows. @throws InputError, naming eval.goal, if it is not one of the environment's goals
void set_goal(VectorEnv& env, std::span<const int> rows, const std::vector<double>& goal);

/// @throws InputError, naming collect.goal_levels, unless the environment has goals, with bounds
void check_goal_levels(const EnvSpec& spec);
/// Sets each goal of these rows to one of `levels` values, evenly spaced within its bounds.
/// @param episodes the position of each row in the stream
void set_goal_levels(VectorEnv& env, std::span<const int> rows, std::span<const std::uint64_t> episodes, int levels,
                     const RandomStream& stream);

class Stepper {
 public:
  /// @param options initial states, noise, labels and goals; must outlive this object
  /// @throws InputError if goal_levels is set for an environment without bounded goals.
  Stepper(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options, int copies);

  /// Begins an episode in each of these copies, which run none.
  /// @throws InputError if options.goal is not one of the environment's goals
  void begin(std::span<const int> copies, std::span<const std::uint64_t> episodes);

  /// The policy acts in all running copies, and the environment is stepped.
  void step();
  /// Steps the running copies with these actions (copies, A).
  void advance(const Matrix& actions);

  /// Ends the episodes that the last step has terminated or truncated. @return their copies
  std::vector<int> remove_ended();

  const VectorEnv& env() const { return *env_; }
  std::int64_t extras() const { return extras_; }
  bool labels_steps() const { return labeller_ != nullptr; }

  /// The copies with an unfinished episode, in ascending order.
  const std::vector<int>& running() const { return running_; }
  /// The steps of a copy's episode so far.
  std::uint32_t steps(int copy) const { return steps_[static_cast<std::size_t>(copy)]; }
  std::uint64_t episode(int copy) const { return episodes_[static_cast<std::size_t>(copy)]; }
  const Matrix& states() const { return states_; }  ///< (copies, S)

  // Of the last step. Row k belongs to running()[k], until episodes begin or are removed:
  const PolicyOutput& output() const { return output_; }
  const Matrix& labels() const { return labels_.actions; }  ///< (running, A)
  // By copy:
  const Matrix& executed() const { return executed_; }  ///< (copies, A)
  const StepResult& result() const { return result_; }

 private:
  PolicyInput gather();
  void add_noise(int copy);

  const RolloutOptions& options_;
  std::unique_ptr<VectorEnv> env_;
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Policy> labeller_;  ///< null: steps are not labelled
  std::int64_t extras_;
  std::vector<std::uint64_t> episodes_;  ///< by copy
  std::vector<std::uint32_t> steps_;     ///< by copy
  std::vector<int> running_;
  // The policy's input, by running copy:
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint32_t> steps_of_;
  Matrix observations_, goals_, running_states_;
  PolicyOutput output_, labels_;
  Matrix executed_, states_;
  StepResult result_;
};

}  // namespace fm
