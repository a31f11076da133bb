#include "libfm/experiment/evaluation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/model_policy.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fm {
namespace {

Gap gap_between(const std::vector<Episode>& policy, const std::vector<Episode>& expert, const RandomStream& bootstrap) {
  const std::vector<double> gaps = differences(returns_of(policy), returns_of(expert));
  return {.mean = mean(gaps), .ci95 = bootstrap_mean(gaps, bootstrap)};
}

/// Of the states that the expert met in the first episodes.
Rows states_of(const std::vector<Episode>& episodes) {
  constexpr std::size_t most = 50;
  return rows_of(std::span(episodes).first(std::min(most, episodes.size())));
}

at::Tensor draw_noises(const PolicyModel& model, const RandomStream& stream, std::int64_t begin, std::int64_t end) {
  std::vector<std::uint64_t> ids(static_cast<std::size_t>(end - begin));
  std::iota(ids.begin(), ids.end(), static_cast<std::uint64_t>(begin));
  const std::vector<std::uint32_t> steps(ids.size(), 0);
  const PolicyDescription& d = model.description();
  return draw_noise(stream, ids, steps, model.noises(), d.policy.horizon.prediction,
                    static_cast<std::int64_t>(d.spec.actions.size()))
      .to(model.parameters().front().options());
}

/// Over all actions of the predictions, as they would be executed, in the environment's units.
double action_rmse(const std::shared_ptr<const PolicyModel>& model, const Rows& rows, const RandomStream& noise) {
  constexpr std::int64_t block = 1024;
  const TrainingData data(rows, *model);
  std::vector<double> sums(static_cast<std::size_t>((rows.size() + block - 1) / block));
  for_each_block(rows.size(), block, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad;
    const Batch batch = data.range(begin, end);
    const at::Tensor sampled = model->sample(batch.condition, draw_noises(*model, noise, begin, end));
    const at::Tensor error = model->executable(sampled) - model->action_normaliser().denormalise(batch.actions);
    sums[static_cast<std::size_t>(begin / block)] = error.to(at::kDouble).square().sum().item<double>();
  });
  const auto count = static_cast<double>(rows.actions.size() * model->description().policy.horizon.prediction);
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0) / count);
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
