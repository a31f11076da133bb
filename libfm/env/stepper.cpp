#include "libfm/env/stepper.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>

namespace fm {

void set_goal(VectorEnv& env, std::span<const int> rows, const std::vector<double>& goal) {
  check_goal(env.spec(), goal);
  const Eigen::Map<const Eigen::RowVectorXd> row(goal.data(), std::ssize(goal));
  try {
    env.set_goals(rows, row.replicate(std::ssize(rows), 1));
  } catch (const InputError& error) {
    throw_input_error("eval.goal: {}", error.what());
  }
}

void check_goal_levels(const EnvSpec& spec) {
  if (spec.goals.empty()) {
    throw_input_error("collect.goal_levels: environment '{}' has no goals; set 0", spec.name);
  }
  if (!are_bounded(spec.goals)) {
    throw_input_error("collect.goal_levels: the goals of environment '{}' have no bounds; set 0", spec.name);
  }
}

void set_goal_levels(VectorEnv& env, std::span<const int> rows, std::span<const std::uint64_t> episodes, int levels,
                     const RandomStream& stream) {
  const std::vector<Dimension>& goals = env.spec().goals;
  Matrix values(rows.size(), goals.size());
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    Draws draws = stream.at(episodes[i]);
    for (std::size_t j = 0; j < goals.size(); ++j) {
      const double share =
          levels == 1 ? 0.5 : draws.below(static_cast<std::uint32_t>(levels)) / static_cast<double>(levels - 1);
      values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          goals[j].low + share * (goals[j].high - goals[j].low);
    }
  }
  env.set_goals(rows, values);
}

Stepper::Stepper(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options, int copies)
    : options_(options), env_(env.make(copies)), policy_(make_policy()),
      labeller_(options.label ? options.label() : nullptr), extras_(std::ssize(policy_->extras())),
      episodes_(static_cast<std::size_t>(copies)), steps_(episodes_.size()),
      executed_(copies, std::ssize(env_->spec().actions)) {
  if (options.goal_levels > 0) check_goal_levels(env_->spec());
}

void Stepper::begin(std::span<const int> copies, std::span<const std::uint64_t> episodes) {
  env_->reset(copies, episodes, options_.initial);
  if (!options_.goal.empty()) {
    set_goal(*env_, copies, options_.goal);
  } else if (options_.goal_levels > 0) {
    set_goal_levels(*env_, copies, episodes, options_.goal_levels, options_.initial.child("goal levels"));
  }
  policy_->reset(env_->copies(), copies);
  if (labeller_) labeller_->reset(env_->copies(), copies);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    const auto copy = static_cast<std::size_t>(copies[i]);
    episodes_[copy] = episodes[i];
    steps_[copy] = 0;
  }
  running_.insert(running_.end(), copies.begin(), copies.end());
  std::ranges::sort(running_);
  states_ = env_->states();
}

void Stepper::step() {
  const PolicyInput input = gather();
  output_.extras.resize(std::ssize(running_), extras_);
  policy_->act(input, output_);
  if (labeller_) labeller_->act(input, labels_);
  for (std::size_t k = 0; k < running_.size(); ++k) {
    executed_.row(running_[k]) = output_.actions.row(static_cast<Eigen::Index>(k));
    if (options_.action_noise > 0.0) add_noise(running_[k]);
  }
  advance(executed_);
}

void Stepper::advance(const Matrix& actions) {
  env_->step(actions, result_);
  for (const int copy : running_) ++steps_[static_cast<std::size_t>(copy)];
  states_ = env_->states();
}

/// The environment's own matrices while all copies run, else a copy of the running rows.
PolicyInput Stepper::gather() {
  ids_.clear();
  steps_of_.clear();
  for (const int copy : running_) {
    ids_.push_back(episode(copy));
    steps_of_.push_back(steps(copy));
  }
  if (std::ssize(running_) == env_->copies()) {
    return {env_->observations(), env_->goals(), ids_, steps_of_, running_, &states_};
  }
  observations_ = env_->observations()(running_, Eigen::all);
  goals_ = env_->goals()(running_, Eigen::all);
  running_states_ = states_(running_, Eigen::all);
  return {observations_, goals_, ids_, steps_of_, running_, &running_states_};
}

void Stepper::add_noise(int copy) {
  const std::vector<Dimension>& bounds = env_->spec().actions;
  Draws draws = options_.noise.at(episode(copy), steps(copy));
  for (std::size_t j = 0; j < bounds.size(); ++j) {
    double& action = executed_(copy, static_cast<Eigen::Index>(j));
    const double noisy = action + options_.action_noise * draws.normal();
    // In float32, which data files hold without loss in half the space.
    action = static_cast<float>(std::clamp(noisy, bounds[j].low, bounds[j].high));
  }
}

std::vector<int> Stepper::remove_ended() {
  std::vector<int> ended;
  for (const int copy : running_) {
    const auto k = static_cast<std::size_t>(copy);
    if (result_.terminated[k] != 0 || result_.truncated[k] != 0) ended.push_back(copy);
  }
  if (!ended.empty()) {
    std::erase_if(running_, [&](int copy) { return std::ranges::binary_search(ended, copy); });
  }
  return ended;
}

}  // namespace fm
