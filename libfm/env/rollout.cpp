#include "libfm/env/rollout.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>

namespace fm {
namespace {

/// Distributes episodes 0 ... count - 1. Each worker first takes its own share, then the remaining episodes of others.
class EpisodeQueue {
 public:
  EpisodeQueue(std::int64_t count, std::int64_t workers) : shares_(static_cast<std::size_t>(workers)) {
    for (std::int64_t i = 0; i < workers; ++i) {
      Share& share = shares_[static_cast<std::size_t>(i)];
      share.next = count * i / workers;
      share.end = count * (i + 1) / workers;
    }
  }

  std::optional<std::int64_t> take(std::size_t worker) {
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      Share& share = shares_[(worker + i) % shares_.size()];
      if (const std::int64_t episode = share.next++; episode < share.end) return episode;
    }
    return std::nullopt;
  }

 private:
  struct Share {
    std::atomic<std::int64_t> next;
    std::int64_t end;
  };
  std::vector<Share> shares_;
};

/// One thread's copies of the environment. `running_` lists the copies with an unfinished episode; row k of the
/// policy's input and output belongs to copy running_[k].
class Worker {
 public:
  Worker(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options, int copies)
      : options_(options), env_(env.make(copies)), policy_(make_policy()),
        labeller_(options.label ? options.label() : nullptr), extras_(std::ssize(policy_->extras())),
        episodes_(static_cast<std::size_t>(copies)), steps_of_copy_(episodes_.size()), executed_(copies, actions()) {
    if (options.goal_levels > 0) check_goals();
  }

  /// @param has_failed whether another worker has thrown, so that this one's work is of no use
  /// @param take the next episode to run, or null
  template <class Take>
  void run(const std::atomic<bool>& has_failed, const Take& take) {
    std::vector<int> free(episodes_.size());
    std::iota(free.begin(), free.end(), 0);
    for (begin(free, take); !running_.empty() && !has_failed; begin(free, take)) {
      stop_if_interrupted();
      step();
      free = ended();
    }
  }

 private:
  Eigen::Index actions() const { return std::ssize(env_->spec().actions); }

  /// Whether executed actions may differ from the recorded ones and are recorded separately.
  bool records_executed() const { return options_.action_noise > 0.0 || labeller_; }

  bool records_states(const Episode& e) const {
    return e.index - options_.first_episode < static_cast<std::uint64_t>(options_.states_of);
  }

  void check_goals() const {
    const EnvSpec& spec = env_->spec();
    if (spec.goals.empty()) {
      throw_input_error("collect.goal_levels: environment '{}' has no goals; set 0", spec.name);
    }
    if (!are_bounded(spec.goals)) {
      throw_input_error("collect.goal_levels: the goals of environment '{}' have no bounds; set 0", spec.name);
    }
  }

  template <class Take>
  void begin(const std::vector<int>& free, const Take& take) {
    std::vector<int> begun;
    std::vector<std::uint64_t> ids;
    for (const int copy : free) {
      Episode* episode = take();
      if (episode == nullptr) break;
      begun.push_back(copy);
      ids.push_back(episode->index);
      episodes_[static_cast<std::size_t>(copy)] = episode;
      steps_of_copy_[static_cast<std::size_t>(copy)] = 0;
      allocate(*episode);
    }
    if (begun.empty()) return;
    env_->reset(begun, ids, options_.initial);
    if (options_.goal_levels > 0) set_goal_levels(begun, ids);
    policy_->reset(env_->copies(), begun);
    if (labeller_) labeller_->reset(env_->copies(), begun);
    running_.insert(running_.end(), begun.begin(), begun.end());
    std::ranges::sort(running_);
  }

  void set_goal_levels(const std::vector<int>& copies, const std::vector<std::uint64_t>& ids) {
    const std::vector<Dimension>& goals = env_->spec().goals;
    const RandomStream stream = options_.initial.child("goal levels");
    Matrix values(copies.size(), goals.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      Draws draws = stream.at(ids[i]);
      for (std::size_t j = 0; j < goals.size(); ++j) {
        const int levels = options_.goal_levels;
        const double share =
            levels == 1 ? 0.5 : draws.below(static_cast<std::uint32_t>(levels)) / static_cast<double>(levels - 1);
        values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
            goals[j].low + share * (goals[j].high - goals[j].low);
      }
    }
    env_->set_goals(copies, values);
  }

  void allocate(Episode& e) const {
    const EnvSpec& spec = env_->spec();
    e.observations.resize(spec.horizon + 1, std::ssize(spec.observations));
    e.actions.resize(spec.horizon, actions());
    if (records_executed()) e.executed_actions.resize(spec.horizon, actions());
    e.goals.resize(spec.horizon + 1, std::ssize(spec.goals));
    if (records_states(e)) e.states.resize(spec.horizon + 1, std::ssize(spec.states));
    e.extras.resize(spec.horizon, extras_);
  }

  void step() {
    states_ = env_->states();
    for (const int copy : running_) record_state(copy, steps_of_copy_[static_cast<std::size_t>(copy)]);
    const PolicyInput input = gather();
    output_.extras.resize(std::ssize(running_), extras_);
    policy_->act(input, output_);
    if (labeller_) labeller_->act(input, labels_);
    for (std::size_t k = 0; k < running_.size(); ++k) execute(k);
    env_->step(executed_, result_);
    for (std::size_t k = 0; k < running_.size(); ++k) record_result(k);
  }

  /// The policy's input: the environment's own matrices while all copies run, else a copy of the running rows.
  PolicyInput gather() {
    ids_.clear();
    steps_.clear();
    for (const int copy : running_) {
      ids_.push_back(episode_of(copy).index);
      steps_.push_back(steps_of_copy_[static_cast<std::size_t>(copy)]);
    }
    if (std::ssize(running_) == env_->copies()) {
      return {env_->observations(), env_->goals(), ids_, steps_, running_, &states_};
    }
    observations_ = env_->observations()(running_, Eigen::all);
    goals_ = env_->goals()(running_, Eigen::all);
    running_states_ = states_(running_, Eigen::all);
    return {observations_, goals_, ids_, steps_, running_, &running_states_};
  }

  void record_state(int copy, Eigen::Index step) {
    Episode& e = episode_of(copy);
    e.observations.row(step) = env_->observations().row(copy);
    e.goals.row(step) = env_->goals().row(copy);
    if (records_states(e)) e.states.row(step) = states_.row(copy);
  }

  void execute(std::size_t k) {
    const int copy = running_[k];
    executed_.row(copy) = output_.actions.row(static_cast<Eigen::Index>(k));
    if (options_.action_noise > 0.0) add_noise(copy, ids_[k], steps_[k]);
    if (records_executed()) episode_of(copy).executed_actions.row(steps_[k]) = executed_.row(copy);
  }

  void add_noise(int copy, std::uint64_t id, std::uint32_t step) {
    const std::vector<Dimension>& bounds = env_->spec().actions;
    Draws draws = options_.noise.at(id, step);
    for (std::size_t j = 0; j < bounds.size(); ++j) {
      double& action = executed_(copy, static_cast<Eigen::Index>(j));
      const double noisy = action + options_.action_noise * draws.normal();
      // In float32, which data files hold without loss in half the space.
      action = static_cast<float>(std::clamp(noisy, bounds[j].low, bounds[j].high));
    }
  }

  void record_result(std::size_t k) {
    const int copy = running_[k];
    const auto row = static_cast<Eigen::Index>(k);
    Episode& e = episode_of(copy);
    e.actions.row(steps_[k]) = (labeller_ ? labels_ : output_).actions.row(row);
    if (extras_ > 0) e.extras.row(steps_[k]) = output_.extras.row(row);
    e.rewards.push_back(result_.rewards[copy]);
    e.terminated.push_back(result_.terminated[static_cast<std::size_t>(copy)]);
    e.truncated.push_back(result_.truncated[static_cast<std::size_t>(copy)]);
    ++steps_of_copy_[static_cast<std::size_t>(copy)];
  }

  /// Completes the episodes that ended with this step. @return their copies
  std::vector<int> ended() {
    std::vector<int> free;
    for (const int copy : running_) {
      const Episode& e = episode_of(copy);
      if (e.terminated.back() != 0 || e.truncated.back() != 0) free.push_back(copy);
    }
    if (free.empty()) return free;
    states_ = env_->states();
    for (const int copy : free) finish(copy);
    std::erase_if(running_, [&](int copy) { return std::ranges::binary_search(free, copy); });
    return free;
  }

  void finish(int copy) {
    const auto steps = static_cast<Eigen::Index>(steps_of_copy_[static_cast<std::size_t>(copy)]);
    record_state(copy, steps);
    Episode& e = episode_of(copy);
    e.success = result_.success[static_cast<std::size_t>(copy)] != 0;
    e.diverged = result_.diverged[static_cast<std::size_t>(copy)] != 0;
    e.observations.conservativeResize(steps + 1, Eigen::NoChange);
    e.goals.conservativeResize(steps + 1, Eigen::NoChange);
    if (records_states(e)) e.states.conservativeResize(steps + 1, Eigen::NoChange);
    e.actions.conservativeResize(steps, Eigen::NoChange);
    e.extras.conservativeResize(steps, Eigen::NoChange);
    if (e.executed_actions.size() > 0) e.executed_actions.conservativeResize(steps, Eigen::NoChange);
  }

  Episode& episode_of(int copy) const { return *episodes_[static_cast<std::size_t>(copy)]; }

  const RolloutOptions& options_;
  std::unique_ptr<VectorEnv> env_;
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Policy> labeller_;
  Eigen::Index extras_;
  std::vector<Episode*> episodes_;            ///< by copy
  std::vector<std::uint32_t> steps_of_copy_;  ///< by copy, the steps of its episode so far
  std::vector<int> running_;                  ///< copies, in ascending order
  std::vector<std::uint64_t> ids_;            ///< by row of the policy's input, as the members below
  std::vector<std::uint32_t> steps_;
  Matrix observations_, goals_, running_states_;
  PolicyOutput output_, labels_;
  Matrix executed_;  ///< (copies, A)
  Matrix states_;
  StepResult result_;
};

}  // namespace

double Episode::total_reward() const { return std::accumulate(rewards.begin(), rewards.end(), 0.0); }

std::vector<Episode> rollout(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options) {
  std::vector<Episode> episodes(static_cast<std::size_t>(options.episodes));
  for (std::size_t i = 0; i < episodes.size(); ++i) episodes[i].index = options.first_episode + i;
  const std::int64_t workers = std::clamp<std::int64_t>(options.episodes, 1, threads());
  // At least two copies: for a single one a policy may use a faster implementation that rounds differently.
  const std::int64_t share = (options.episodes + workers - 1) / workers;
  const std::int64_t most = std::max<std::int64_t>(2, std::min<std::int64_t>(options.block, env.most_copies));
  const int copies = static_cast<int>(std::clamp<std::int64_t>(share, 2, most));
  EpisodeQueue queue(options.episodes, workers);
  std::atomic<bool> has_failed = false;
  for_each_block(workers, 1, [&](std::int64_t begin, std::int64_t) {
    try {
      Worker(env, make_policy, options, copies).run(has_failed, [&]() -> Episode* {
        const auto next = queue.take(static_cast<std::size_t>(begin));
        return next ? &episodes[static_cast<std::size_t>(*next)] : nullptr;
      });
    } catch (...) {
      has_failed = true;
      throw;
    }
  });
  return episodes;
}

std::vector<double> returns_of(const std::vector<Episode>& episodes) {
  std::vector<double> returns;
  for (const Episode& episode : episodes) returns.push_back(episode.total_reward());
  return returns;
}

}  // namespace fm
