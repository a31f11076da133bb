#include "libfm/env/rollout.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/parallel.hpp"

#include <algorithm>
#include <numeric>

namespace fm {
namespace {

/// Episodes [begin, end) of a rollout, in lock-step: row i is episode begin + i.
class Block {
 public:
  Block(const EnvFactory& make_env, const PolicyFactory& make_policy, const RolloutOptions& options, std::int64_t begin,
        std::span<Episode> episodes)
      : options_(options), episodes_(episodes), rows_(static_cast<int>(episodes.size())), env_(make_env(rows_)),
        policy_(make_policy()), teacher_(options.label ? options.label() : nullptr), ids_(episodes.size()),
        steps_(episodes.size(), 0), all_(episodes.size()) {
    std::iota(ids_.begin(), ids_.end(), options.first_episode + static_cast<std::uint64_t>(begin));
    std::iota(all_.begin(), all_.end(), 0);
    for (int i = 0; i < rows_; ++i) allocate(i);
  }

  void run() {
    env_->reset(all_, ids_, options_.initial);
    if (options_.goal_levels > 0) set_goal_levels();
    policy_->reset(rows_, all_);
    if (teacher_) teacher_->reset(rows_, all_);
    std::vector<int> running = all_;
    for (std::uint32_t step = 0; !running.empty(); ++step) {
      stop_if_interrupted();
      std::fill(steps_.begin(), steps_.end(), step);
      states_ = env_->states();
      for (const int i : running) record_before(i, step);
      const PolicyInput input{env_->observations(), env_->goals(), ids_, steps_};
      policy_->act(input, output_);
      executed_ = output_.actions;
      if (teacher_) teacher_->act(input, lesson_);
      if (options_.action_noise > 0.0) add_noise(running, step);
      if (differs()) {
        for (const int i : running) episodes_[i].executed_actions.row(step) = executed_.row(i);
      }
      env_->step(executed_, result_);
      std::erase_if(running, [&](int i) { return record_after(i, step); });
    }
  }

 private:
  /// Whether what is executed is not what is recorded as the action.
  bool differs() const { return options_.action_noise > 0.0 || teacher_; }

  void set_goal_levels() {
    const std::vector<Dimension>& goals = env_->spec().goals;
    if (goals.empty()) {
      throw_input_error("collect.goal_levels: environment '{}' has no goals; set 0", env_->spec().name);
    }
    const RandomStream stream = options_.initial.child("goal levels");
    Matrix values(rows_, goals.size());
    for (int i = 0; i < rows_; ++i) {
      Draws draws = stream.at(ids_[static_cast<std::size_t>(i)]);
      for (std::size_t j = 0; j < goals.size(); ++j) {
        const int levels = options_.goal_levels;
        const double share =
            levels == 1 ? 0.5 : draws.below(static_cast<std::uint32_t>(levels)) / static_cast<double>(levels - 1);
        values(i, static_cast<Eigen::Index>(j)) =
            static_cast<float>(goals[j].low + share * (goals[j].high - goals[j].low));
      }
    }
    env_->set_goals(all_, values);
  }

  void allocate(int i) {
    const EnvSpec& spec = env_->spec();
    Episode& e = episodes_[i];
    e.index = ids_[i];
    e.observations.resize(spec.horizon + 1, spec.observations.size());
    e.actions.resize(spec.horizon, spec.actions.size());
    if (differs()) e.executed_actions.resize(spec.horizon, spec.actions.size());
    e.goals.resize(spec.horizon + 1, spec.goals.size());
    e.states.resize(spec.horizon + 1, spec.states.size());
    e.extras.resize(spec.horizon, policy_->extras().size());
  }

  void record_before(int i, std::uint32_t step) {
    Episode& e = episodes_[i];
    e.observations.row(step) = env_->observations().row(i);
    e.goals.row(step) = env_->goals().row(i);
    e.states.row(step) = states_.row(i);
  }

  void add_noise(const std::vector<int>& running, std::uint32_t step) {
    const std::vector<Dimension>& bounds = env_->spec().actions;
    for (const int i : running) {
      Draws draws = options_.noise.at(ids_[i], step);
      for (std::size_t j = 0; j < bounds.size(); ++j) {
        const double noisy = executed_(i, j) + options_.action_noise * draws.normal();
        executed_(i, j) = static_cast<float>(std::clamp(noisy, bounds[j].low, bounds[j].high));
      }
    }
  }

  /// Whether row i ended.
  bool record_after(int i, std::uint32_t step) {
    Episode& e = episodes_[i];
    e.actions.row(step) = (teacher_ ? lesson_ : output_).actions.row(i);
    if (e.extras.cols() > 0) e.extras.row(step) = output_.extras.row(i);
    e.rewards.push_back(result_.rewards[i]);
    e.terminated.push_back(result_.terminated[i]);
    e.truncated.push_back(result_.truncated[i]);
    if (result_.terminated[i] == 0 && result_.truncated[i] == 0) return false;
    finish(i, step + 1);
    return true;
  }

  void finish(int i, std::uint32_t steps) {
    Episode& e = episodes_[i];
    e.success = result_.success[i] != 0;
    e.observations.row(steps) = env_->observations().row(i);
    e.goals.row(steps) = env_->goals().row(i);
    e.states.row(steps) = env_->states().row(i);
    e.observations.conservativeResize(steps + 1, Eigen::NoChange);
    e.goals.conservativeResize(steps + 1, Eigen::NoChange);
    e.states.conservativeResize(steps + 1, Eigen::NoChange);
    e.actions.conservativeResize(steps, Eigen::NoChange);
    e.extras.conservativeResize(steps, Eigen::NoChange);
    if (e.executed_actions.size() > 0) e.executed_actions.conservativeResize(steps, Eigen::NoChange);
  }

  const RolloutOptions& options_;
  std::span<Episode> episodes_;
  int rows_;
  std::unique_ptr<VectorEnv> env_;
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Policy> teacher_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint32_t> steps_;
  std::vector<int> all_;
  PolicyOutput output_;
  PolicyOutput lesson_;
  Matrix executed_;
  StateMatrix states_;
  StepResult result_;
};

}  // namespace

double Episode::total_reward() const { return std::accumulate(rewards.begin(), rewards.end(), 0.0); }

std::vector<Episode> rollout(const EnvFactory& make_env, const PolicyFactory& make_policy,
                             const RolloutOptions& options) {
  std::vector<Episode> episodes(static_cast<std::size_t>(options.episodes));
  for_each_block(options.episodes, options.block, [&](std::int64_t begin, std::int64_t end) {
    const auto rows =
        std::span(episodes).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    Block(make_env, make_policy, options, begin, rows).run();
  });
  return episodes;
}

std::vector<double> returns_of(const std::vector<Episode>& episodes) {
  std::vector<double> returns;
  for (const Episode& episode : episodes) returns.push_back(episode.total_reward());
  return returns;
}

}  // namespace fm
