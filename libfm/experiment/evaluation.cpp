#include "libfm/experiment/evaluation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/model_policy.hpp"

#include <cmath>
#include <numeric>

namespace fm {
namespace {

Gap gap_between(const std::vector<Episode>& policy, const std::vector<Episode>& expert, const RandomStream& bootstrap) {
  std::vector<double> differences = returns_of(policy);
  const std::vector<double> base = returns_of(expert);
  for (std::size_t i = 0; i < base.size(); ++i) differences[i] -= base[i];
  return {.mean = mean(differences), .ci95 = bootstrap_mean(differences, bootstrap)};
}

/// The states that the expert met in the first episodes, with what it did there.
Rows states_of(const std::vector<Episode>& episodes) {
  constexpr std::size_t most = 50;
  const std::size_t count = std::min(most, episodes.size());
  Eigen::Index total = 0;
  for (std::size_t i = 0; i < count; ++i) total += episodes[i].steps();
  const Episode& first = episodes.front();
  Rows rows{.observations = Matrix(total, first.observations.cols()),
            .goals = Matrix(total, first.goals.cols()),
            .actions = Matrix(total, first.actions.cols())};
  Eigen::Index filled = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Eigen::Index n = episodes[i].steps();
    rows.observations.middleRows(filled, n) = episodes[i].observations.topRows(n);
    rows.goals.middleRows(filled, n) = episodes[i].goals.topRows(n);
    rows.actions.middleRows(filled, n) = episodes[i].actions;
    filled += n;
  }
  return rows;
}

/// Sum of squared differences between a policy's actions and those of the rows.
double squared_error(Policy& policy, const Rows& rows, Eigen::Index begin, Eigen::Index end) {
  const Matrix observations = rows.observations.middleRows(begin, end - begin);
  const Matrix goals = rows.goals.middleRows(begin, end - begin);
  std::vector<std::uint64_t> ids(static_cast<std::size_t>(end - begin));
  std::iota(ids.begin(), ids.end(), static_cast<std::uint64_t>(begin));
  const std::vector<std::uint32_t> steps(ids.size(), 0);
  PolicyOutput output;
  policy.act({observations, goals, ids, steps}, output);
  return (output.actions - rows.actions.middleRows(begin, end - begin)).cast<double>().squaredNorm();
}

double action_rmse(const std::shared_ptr<const PolicyModel>& model, const Rows& rows, const RandomStream& noise) {
  constexpr std::int64_t block = 1024;
  std::vector<double> sums(static_cast<std::size_t>((rows.size() + block - 1) / block));
  for_each_block(rows.size(), block, [&](std::int64_t begin, std::int64_t end) {
    ModelPolicy policy(model, noise);
    sums[static_cast<std::size_t>(begin / block)] = squared_error(policy, rows, begin, end);
  });
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(rows.actions.size()));
}

void roll_out_both(const std::shared_ptr<const PolicyModel>& model, const EvaluationOptions& options,
                   Evaluation& result) {
  const RolloutOptions rollouts{.episodes = options.episodes,
                                .initial = RandomStream(options.seed, "evaluation"),
                                .noise = RandomStream(options.seed, "unused")};
  const RandomStream noise(options.seed, "evaluation noise"), bootstrap(options.seed, "bootstrap");
  result.expert_episodes = rollout(options.make_env, options.make_expert, rollouts);
  result.policy_episodes = rollout(
      options.make_env, [&] { return std::make_unique<ModelPolicy>(model, noise); }, rollouts);
  const std::unique_ptr<VectorEnv> env = options.make_env(1);
  result.policy = actor_figures(result.policy_episodes, *env, bootstrap);
  result.expert = actor_figures(result.expert_episodes, *env, bootstrap);
  result.gap = gap_between(result.policy_episodes, result.expert_episodes, bootstrap);
}

}  // namespace

ActorFigures actor_figures(const std::vector<Episode>& episodes, const VectorEnv& env, const RandomStream& bootstrap) {
  const std::vector<double> returns = returns_of(episodes);
  double successes = 0.0;
  for (const Episode& episode : episodes) successes += episode.success ? 1.0 : 0.0;
  return {.mean = mean(returns),
          .standard_deviation = standard_deviation(returns),
          .ci95 = bootstrap_mean(returns, bootstrap),
          .success = successes / static_cast<double>(episodes.size()),
          .metrics = env.metrics(episodes),
          .smoothness = smoothness(episodes)};
}

double smoothness(const std::vector<Episode>& episodes) {
  double sum = 0.0;
  std::int64_t count = 0;
  for (const Episode& e : episodes) {
    const Eigen::Index n = e.steps() - 1;
    if (n < 1) continue;
    sum += (e.actions.bottomRows(n) - e.actions.topRows(n)).cwiseAbs().cast<double>().sum();
    count += n * e.actions.cols();
  }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

Evaluation evaluate(std::shared_ptr<const PolicyModel> model, const EvaluationOptions& options) {
  const SerialOperations serial;
  Evaluation result{.env = options.env, .episodes = options.episodes, .seed = options.seed};
  if (options.make_env) roll_out_both(model, options, result);
  const Rows held_out = options.make_env ? states_of(result.expert_episodes) : options.held_out;
  if (held_out.size() == 0) {
    throw InputError(
        "evaluation: there are no states to compare actions on; give data.files with two episodes or more");
  }
  result.action_rmse = action_rmse(model, held_out, RandomStream(options.seed, "action error"));
  result.latency = measure_latency(model, held_out);
  return result;
}

}  // namespace fm
