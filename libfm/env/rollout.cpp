#include "libfm/env/rollout.hpp"

#include "libfm/core/interrupt.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/env/stepper.hpp"

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

/// One thread's copies of the environment, and the episodes that they run.
class Worker {
 public:
  Worker(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options, int copies)
      : options_(options), stepper_(env, make_policy, options, copies), episodes_(static_cast<std::size_t>(copies)) {}

  /// @param has_failed whether another worker has thrown, so that this one's work is of no use
  /// @param take the next episode to run, or null
  template <class Take>
  void run(const std::atomic<bool>& has_failed, const Take& take) {
    std::vector<int> free(episodes_.size());
    std::iota(free.begin(), free.end(), 0);
    for (begin(free, take); !stepper_.running().empty() && !has_failed; begin(free, take)) {
      stop_if_interrupted();
      stepper_.step();
      for (std::size_t k = 0; k < stepper_.running().size(); ++k) record_step(k);
      free = stepper_.remove_ended();
      for (const int copy : free) finish(copy);
    }
  }

 private:
  /// Whether executed actions may differ from the recorded ones and are recorded separately.
  bool records_executed() const { return options_.action_noise > 0.0 || stepper_.labels_steps(); }

  bool records_states(const Episode& e) const {
    return e.index - options_.first_episode < static_cast<std::uint64_t>(options_.states_of);
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
      allocate(*episode);
    }
    if (begun.empty()) return;
    stepper_.begin(begun, ids);
    for (const int copy : begun) record_state(copy);
  }

  void allocate(Episode& e) const {
    const EnvSpec& spec = stepper_.env().spec();
    e.observations.resize(spec.horizon + 1, std::ssize(spec.observations));
    e.actions.resize(spec.horizon, std::ssize(spec.actions));
    if (records_executed()) e.executed_actions.resize(spec.horizon, std::ssize(spec.actions));
    e.goals.resize(spec.horizon + 1, std::ssize(spec.goals));
    if (records_states(e)) e.states.resize(spec.horizon + 1, std::ssize(spec.states));
    e.extras.resize(spec.horizon, stepper_.extras());
  }

  void record_state(int copy) {
    Episode& e = episode_of(copy);
    const auto step = static_cast<Eigen::Index>(stepper_.steps(copy));
    e.observations.row(step) = stepper_.env().observations().row(copy);
    e.goals.row(step) = stepper_.env().goals().row(copy);
    if (records_states(e)) e.states.row(step) = stepper_.states().row(copy);
  }

  void record_step(std::size_t k) {
    const int copy = stepper_.running()[k];
    const auto row = static_cast<Eigen::Index>(k), step = static_cast<Eigen::Index>(stepper_.steps(copy)) - 1;
    const auto i = static_cast<std::size_t>(copy);
    const StepResult& result = stepper_.result();
    Episode& e = episode_of(copy);
    e.actions.row(step) = (stepper_.labels_steps() ? stepper_.labels() : stepper_.output().actions).row(row);
    if (records_executed()) e.executed_actions.row(step) = stepper_.executed().row(copy);
    if (stepper_.extras() > 0) e.extras.row(step) = stepper_.output().extras.row(row);
    e.rewards.push_back(result.rewards[copy]);
    e.terminated.push_back(result.terminated[i]);
    e.truncated.push_back(result.truncated[i]);
    e.success = result.success[i] != 0;
    e.diverged = result.diverged[i] != 0;
    record_state(copy);
  }

  void finish(int copy) {
    Episode& e = episode_of(copy);
    const auto steps = static_cast<Eigen::Index>(stepper_.steps(copy));
    e.observations.conservativeResize(steps + 1, Eigen::NoChange);
    e.goals.conservativeResize(steps + 1, Eigen::NoChange);
    if (records_states(e)) e.states.conservativeResize(steps + 1, Eigen::NoChange);
    e.actions.conservativeResize(steps, Eigen::NoChange);
    e.extras.conservativeResize(steps, Eigen::NoChange);
    if (e.executed_actions.size() > 0) e.executed_actions.conservativeResize(steps, Eigen::NoChange);
  }

  Episode& episode_of(int copy) const { return *episodes_[static_cast<std::size_t>(copy)]; }

  const RolloutOptions& options_;
  Stepper stepper_;
  std::vector<Episode*> episodes_;  ///< by copy
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
