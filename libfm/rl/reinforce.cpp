#include "libfm/rl/reinforce.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/number_text.hpp"
#include "libfm/core/progress.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/rl/actor_policy.hpp"
#include "libfm/rl/reinforcement_state.hpp"
#include "libfm/train/best_checkpoint.hpp"
#include "libfm/train/metrics_log.hpp"

#include <c10/core/DeviceGuard.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <optional>

namespace fm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::shared_ptr<Actor> make_actor(const RlOptions& options, const ReinforcementJob& job) {
  const RandomStream init(job.seed, "init");
  const auto policy = make_policy_model(job.description, init);
  if (job.initial_weights) copy_weights(*job.initial_weights, *policy);
  policy->to(job.device);
  const auto actor = make_actor(options, policy, init);
  actor->to(job.device);
  return actor;
}

/// 1 - Var(targets - values) / Var(targets): 1 if the value network predicts the returns, 0 if a constant would do as
/// well.
double explained_variance(const Experience& experience) {
  const double spread = standard_deviation(experience.targets);
  const double left = standard_deviation(differences(experience.targets, experience.values));
  return spread > 0.0 ? 1.0 - left * left / (spread * spread) : 0.0;
}

void report(const std::vector<EndedEpisode>& episodes, nlohmann::json& line) {
  if (episodes.empty()) return;
  double reward = 0.0, steps = 0.0, success = 0.0;
  for (const EndedEpisode& episode : episodes) {
    reward += episode.total_reward;
    steps += static_cast<double>(episode.steps);
    success += episode.success ? 1.0 : 0.0;
  }
  const auto count = static_cast<double>(episodes.size());
  line["exploring_return"] = reward / count;
  line["episode_steps"] = steps / count;
  line["exploring_success"] = success / count;
}

class Reinforcement {
 public:
  Reinforcement(const RlOptions& options, const ReinforcementJob& job)
      : options_(options), job_(job), folder_(job.directory / "checkpoints"),
        learner_(options, make_actor(options, job), RandomStream(job.seed, "init")),
        observations_(job.description.spec.observations.size()), rewards_(options.copies, options.discount),
        follows_observations_(options.normalise_observations && !job.initial_weights) {
    std::filesystem::create_directories(folder_);
    state_.learning_rate = options.learning_rate;
    const std::filesystem::path last = folder_ / "last.safetensors";
    const bool resumes = std::filesystem::exists(last);
    if (resumes) restore(last);
    const RandomStream noise(job.seed, "exploration");
    const PolicyFactory make = [actor = learner_.actor(), noise] {
      return std::make_unique<ActorPolicy>(actor, noise);
    };
    const SerialOperations serial;
    collector_.emplace(job.env, make, RandomStream(job.seed, "reinforcement"), options.copies,
                       resumes ? &state_.collector : nullptr);
    if (resumes) saved_iteration_ = state_.iteration;
  }

  void run() {
    const std::int64_t iterations = options_.iterations();
    spdlog::info("rl: {}, {} parameters, {} steps in {} iterations of {} copies, on {}", options_.name,
                 parameter_count(learner_.policy()), iterations * options_.rows(), iterations, options_.copies,
                 describe_device(job_.device));
    if (state_.iteration > 0) spdlog::info("rl: resuming from iteration {} of {}", state_.iteration, iterations);
    const bool has_begun = !state_.best.empty();
    MetricsLog metrics(job_.directory, has_begun ? state_.iteration * options_.rows() : -1);
    Progress progress("rl", iterations * options_.rows(), "steps", state_.iteration * options_.rows());
    if (!has_begun) {
      nlohmann::json line = {{"step", 0}};
      evaluate(line);
      metrics.write(line);
    }
    while (state_.iteration < iterations && !has_reached_target()) {
      if (noted_signal() != 0 || seconds_since(saved_at_) >= job_.checkpoint_seconds) save();
      nlohmann::json line = iterate();
      const std::int64_t number = state_.iteration;
      if (number % options_.evaluate_every == 0 || number == iterations) evaluate(line);
      metrics.write(line);
      progress.update(number * options_.rows(), line.contains("exploring_return")
                                                    ? "return " + number_text(line["exploring_return"].get<double>())
                                                    : "");
    }
    save();
  }

 private:
  void restore(const std::filesystem::path& last) {
    state_ = load_reinforcement(last, learner_);
    if (state_.observation_statistics.size() != observations_.state().size() ||
        state_.reward_scale.size() != rewards_.state().size()) {
      throw_input_error("{}: does not fit this run's rl.copies or environment", last.string());
    }
    observations_.restore(state_.observation_statistics);
    if (observations_.count() > 0.0) learner_.set_critic_observations(observations_.normalisation());
    rewards_.restore(state_.reward_scale);
    learner_.set_learning_rate(state_.learning_rate);
  }

  nlohmann::json iterate() {
    const auto begin = Clock::now();
    learner_.set_progress(static_cast<double>(state_.iteration) / static_cast<double>(options_.iterations()));
    const double rate = learner_.learning_rate();
    const Segment segment = collect();
    const Experience experience = learner_.experience(
        segment, options_.normalise_rewards ? rewards_.scale(segment.rewards, segment.ended) : segment.rewards);
    const UpdateMetrics update = learner_.update(experience, state_.iteration, RandomStream(job_.seed, "minibatches"));
    check_finite(update);
    observations_.add(segment.observations);
    learner_.set_critic_observations(observations_.normalisation());
    if (follows_observations_) learner_.policy().set_observations(observations_.normalisation());
    ++state_.iteration;
    nlohmann::json line = {{"step", state_.iteration * options_.rows()},
                           {"iteration", state_.iteration},
                           {"policy_loss", update.policy_loss},
                           {"value_loss", update.value_loss},
                           {"kl", update.kl},
                           {"clip_fraction", update.clip_fraction},
                           {"explained_variance", explained_variance(experience)},
                           {"learning_rate", rate},
                           {"steps_per_second", static_cast<double>(options_.rows()) / seconds_since(begin)}};
    if (update.entropy) line["entropy"] = *update.entropy;
    report(segment.episodes, line);
    return line;
  }

  Segment collect() {
    const SerialOperations serial;
    return collector_->collect(options_.segment);
  }

  void check_finite(const UpdateMetrics& update) const {
    const bool loss_is_finite =
        std::isfinite(update.policy_loss) && std::isfinite(update.value_loss) && std::isfinite(update.kl);
    if (loss_is_finite && learner_.is_finite()) return;
    throw_input_error(
        "rl: {} not finite (policy {}, value {}) in iteration {}, steps {} to {}. A lower rl.learning_rate or "
        "rl.critic.learning_rate usually helps{}.",
        loss_is_finite ? "after finite losses, weights are" : "the loss is", number_text(update.policy_loss),
        number_text(update.value_loss), state_.iteration, state_.iteration * options_.rows(),
        (state_.iteration + 1) * options_.rows(),
        saved_iteration_ < 0 ? "" : "; checkpoints/last.safetensors was saved before it");
  }

  void evaluate(nlohmann::json& line) {
    const PairedReturns returns = job_.rollout(learner_.shared_policy());
    add_returns(returns, line);
    spdlog::info("rl: after {:>8} steps: {}", state_.iteration * options_.rows(), describe(returns));
    const std::vector<double> scores = returns.scores();
    if (!state_.best.empty() && state_.best.size() != scores.size()) {
      throw_input_error("{}: has the scores of {} episodes, but train.rollout.episodes is {}",
                        (folder_ / "last.safetensors").string(), state_.best.size(), scores.size());
    }
    if (replaces_best(scores, state_.best)) {
      state_.best_iteration = state_.iteration;
      write_safetensors(folder_ / "best.safetensors", policy_checkpoint());
    }
    if (state_.best.empty() || mean(scores) > mean(state_.best)) state_.best = scores;
    state_.last_return = mean(returns.policy);
    if (has_reached_target()) spdlog::info("rl: has reached rl.target_return {}", number_text(*options_.target_return));
  }

  bool has_reached_target() const {
    return options_.target_return && state_.last_return && *state_.last_return >= *options_.target_return;
  }

  SafeTensors policy_checkpoint() {
    SafeTensors content = describe_checkpoint(learner_.policy(), nullptr);
    content.metadata.insert(job_.metadata.begin(), job_.metadata.end());
    return content;
  }

  /// Unless the file already contains this iteration. @throws Interrupted afterwards, on a noted signal.
  void save() {
    if (saved_iteration_ != state_.iteration) {
      state_.learning_rate = learner_.learning_rate();
      state_.observation_statistics = observations_.state();
      state_.reward_scale = rewards_.state();
      state_.collector = collector_->state();
      save_reinforcement(folder_ / "last.safetensors", policy_checkpoint(), learner_, state_);
    }
    saved_at_ = Clock::now();
    saved_iteration_ = state_.iteration;
    stop_if_interrupted();
  }

  const RlOptions& options_;
  const ReinforcementJob& job_;
  std::filesystem::path folder_;
  Learner learner_;
  RunningStatistics observations_;
  RewardScale rewards_;
  bool follows_observations_;  ///< whether the policy's normaliser does
  ReinforcementState state_;
  std::optional<Collector> collector_;
  Clock::time_point saved_at_ = Clock::now();
  std::int64_t saved_iteration_ = -1;
};

}  // namespace

void reinforce(const RlOptions& options, const ReinforcementJob& job) {
  const c10::DeviceGuard on_device(job.device);
  Reinforcement(options, job).run();
}

PolicyDescription normalised_by_bounds(PolicyDescription d) {
  const auto by_bounds = [](const std::vector<Dimension>& dimensions) {
    Normalisation normalisation = identity_normalisation(dimensions.size());
    for (std::size_t j = 0; j < dimensions.size(); ++j) {
      if (!dimensions[j].is_bounded() || dimensions[j].high == dimensions[j].low) continue;
      normalisation.offset[j] = 0.5 * (dimensions[j].low + dimensions[j].high);
      normalisation.scale[j] = 0.5 * (dimensions[j].high - dimensions[j].low);
    }
    return normalisation;
  };
  d.observations = identity_normalisation(d.spec.observations.size());
  d.actions = by_bounds(d.spec.actions);
  const RelativeActions relative(d.spec, d.policy.relative);
  for (std::size_t j = 0; j < d.actions.offset.size(); ++j) {
    if (relative.is_relative(j)) d.actions.offset[j] = 0.0;  // the middle is what the action is relative to
  }
  d.goals = by_bounds(d.spec.goals);
  return d;
}

}  // namespace fm
