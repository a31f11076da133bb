#include "libfm/evaluation/evaluation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/evaluation/energy_distance.hpp"
#include "libfm/evaluation/model_metrics.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/train/row_split.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

Gap gap_between(const std::vector<Episode>& policy, const std::vector<Episode>& expert, const RandomStream& bootstrap) {
  const std::vector<double> gaps = differences(returns_of(policy), returns_of(expert));
  return {.mean = mean(gaps), .ci95 = bootstrap_mean(gaps, bootstrap)};
}

void compare_with_recorded(const PredictorFactory& engine, const EvaluationOptions& options, const RandomStream& noise,
                           Evaluation& result) {
  constexpr int samples = 16;
  constexpr Eigen::Index steps = 500;
  const Rows& states = options.recorded;
  const SampledActions actions = sample_actions(engine, states, noise);
  const std::vector<double> spread = spread_of(states.actions);
  result.action_error = action_error(actions, spread);
  result.energy_distance = energy_distance(actions, spread);
  if (options.training.size() > 0) {
    result.references = action_references(options.training, states, actions.horizon());
  }
  result.predicted =
      predict_episodes(engine, states, options.predicted_episodes, steps, samples, noise.child("episodes"));
}

/// The states that the expert visited in the first episodes, with its actions.
Rows states_of(const std::vector<Episode>& episodes) {
  constexpr std::size_t max_episodes = 50;
  return rows_of(std::span(episodes).first(std::min(max_episodes, episodes.size())));
}

/// One row: the middle of the training data.
Rows average_state(const PolicyDescription& d) {
  const auto row = [](const Normalisation& n) {
    return Matrix(Eigen::Map<const Matrix>(n.offset.data(), 1, std::ssize(n.offset)));
  };
  return {
      .observations = row(d.observations), .goals = row(d.goals), .actions = row(d.actions), .begin = {0}, .end = {1}};
}

std::map<std::string, double> metrics_of(const std::vector<Episode>& episodes, const VectorEnv& env) {
  std::map<std::string, double> metrics = env.metrics(episodes);
  metrics["action_jerk"] = mean_difference(episodes, 2);
  if (const auto diverged = std::ranges::count_if(episodes, &Episode::diverged); diverged > 0) {
    metrics["diverged"] = static_cast<double>(diverged) / static_cast<double>(episodes.size());
  }
  return metrics;
}

/// The interval of the gap is that of a difference between two independent means.
Demonstrator compare(const std::vector<double>& demonstrations, const ActorMetrics& policy,
                     const std::vector<Episode>& episodes) {
  const auto error = [](double deviation, std::size_t n) { return deviation / std::sqrt(static_cast<double>(n)); };
  Demonstrator result{.episodes = std::ssize(demonstrations), .mean = mean(demonstrations)};
  if (demonstrations.size() > 1) result.standard_deviation = standard_deviation(demonstrations);
  const double gap = policy.mean - result.mean;
  const double half = 1.96 * std::hypot(error(policy.standard_deviation, episodes.size()),
                                        error(result.standard_deviation, demonstrations.size()));
  result.gap = {gap, {gap - half, gap + half}};
  return result;
}

void roll_out(const PredictorFactory& engine, const EvaluationOptions& options, Evaluation& result) {
  const RolloutOptions rollouts{.episodes = options.episodes,
                                .initial = RandomStream(options.seed, "evaluation"),
                                .noise = RandomStream(options.seed, "unused"),
                                .goal = options.goal,
                                .states_of = shown_episodes(options.env_factory.spec)};
  const RandomStream noise(options.seed, "evaluation noise"), bootstrap(options.seed, "bootstrap");
  if (options.make_expert) result.expert_episodes = rollout(options.env_factory, options.make_expert, rollouts);
  result.policy_episodes = rollout(
      options.env_factory, [&] { return std::make_unique<ChunkedPolicy>(engine(), noise); }, rollouts);
  const std::unique_ptr<VectorEnv> env = options.env_factory.make(1);
  if (!std::isfinite(mean(returns_of(result.policy_episodes)))) {
    throw InputError(
        "evaluation: the policy's actions are not finite; check the sampler's settings and the training loss");
  }
  result.policy = actor_metrics(result.policy_episodes, *env, bootstrap);
  if (!options.demonstrations.empty()) {
    result.demonstrator = compare(options.demonstrations, *result.policy, result.policy_episodes);
  }
  if (!options.make_expert) return;
  result.expert = actor_metrics(result.expert_episodes, *env, bootstrap);
  result.gap = gap_between(result.policy_episodes, result.expert_episodes, bootstrap);
}

}  // namespace

ActorMetrics actor_metrics(const std::vector<Episode>& episodes, const VectorEnv& env, const RandomStream& bootstrap) {
  const std::vector<double> returns = returns_of(episodes);
  double successes = 0.0;
  for (const Episode& episode : episodes) successes += episode.success ? 1.0 : 0.0;
  return {.mean = mean(returns),
          .standard_deviation = standard_deviation(returns),
          .ci95 = bootstrap_mean(returns, bootstrap),
          .success = successes / static_cast<double>(episodes.size()),
          .metrics = metrics_of(episodes, env),
          .smoothness = mean_difference(episodes, 1)};
}

std::int64_t shown_episodes(const EnvSpec& spec) { return std::max(1, 20'000 / std::max(1, spec.horizon)); }

double mean_difference(const std::vector<Episode>& episodes, int order) {
  double sum = 0.0;
  std::int64_t count = 0;
  for (const Episode& e : episodes) {
    Matrix changes = e.actions;
    for (int i = 0; i < order && changes.rows() > 0; ++i) {
      const Eigen::Index n = changes.rows() - 1;
      changes = (changes.bottomRows(n) - changes.topRows(n)).eval();
    }
    sum += changes.cwiseAbs().sum();
    count += changes.size();
  }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

Evaluation evaluate(const PolicyModel& model, const PredictorFactory& engine, const EvaluationOptions& options) {
  const SerialOperations serial;
  Evaluation result{.env = options.env,
                    .episodes = options.env_factory ? options.episodes : 0,
                    .seed = options.seed,
                    .goal = options.goal};
  result.states = options.make_expert ? "states of the expert" : options.recorded_states;
  result.actions = model.description().spec.actions;
  if (options.env_factory) roll_out(engine, options, result);
  const Rows states = options.make_expert ? states_of(result.expert_episodes) : options.recorded;
  const RandomStream noise(options.seed, "action error");
  if (options.make_expert && states.size() > 0) result.action_error = action_error(engine, states, noise);
  if (!options.make_expert && states.size() > 0) compare_with_recorded(engine, options, noise, result);
  result.model_metrics = model_metrics(model, states, options.density, noise);
  result.latency = measure_latency(model, engine, states.size() > 0 ? states : average_state(model.description()));
  return result;
}

}  // namespace fm
