#include "libfm/evaluation/latency.hpp"

#include "libfm/core/statistics.hpp"
#include "libfm/evaluation/model_metrics.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/flow_model.hpp"

#include <ATen/core/grad_mode.h>

#include <chrono>
#include <vector>

namespace fm {

namespace {

/// Network evaluations per prediction, counted on the LibTorch model; they are the same for every engine.
std::int64_t evaluations_for_one(const PolicyModel& model, const Rows& states, const RandomStream& noise) {
  const at::NoGradGuard no_grad;
  const std::int64_t before = model.evaluations();
  model.sample(TrainingData(states, model).range(0, 1).condition, draw_noises(model, noise, 0, 1));
  return model.evaluations() - before;
}

/// After the first prediction, which is not guided, every following one is.
void reach_second_prediction(ChunkedPolicy& policy, const Matrix& observation, const Matrix& goal, int executed) {
  const std::vector<std::uint64_t> episode = {0};
  PolicyOutput output;
  for (std::uint32_t step = 0; step < static_cast<std::uint32_t>(executed); ++step) {
    policy.act({observation, goal, episode, {&step, 1}}, output);
  }
}

}  // namespace

Latency measure_latency(const PolicyModel& model, const PredictorFactory& engine, const Rows& states) {
  constexpr int warm_up = 50, repeats = 500;
  const SerialOperations serial;
  const RandomStream noise(0, "latency");
  ChunkedPolicy policy(engine(), noise);
  const SamplerOptions& sampler = model.description().sampler;
  const bool solves = dynamic_cast<const FlowModel*>(&model) != nullptr;
  Latency latency{.engine = sampler.engine,
                  .solver = solves ? sampler.solver : model.description().policy.name,
                  .steps = sampler.steps,
                  .nfe = evaluations_for_one(model, states, noise)};
  std::vector<double> microseconds;
  PolicyOutput output;
  for (int i = 0; i < warm_up + repeats; ++i) {
    const Matrix observation = states.observations.row(i % states.size()), goal = states.goals.row(i % states.size());
    const std::vector<std::uint64_t> episode = {0};
    const std::vector<std::uint32_t> step = {static_cast<std::uint32_t>(i)};
    policy.reset(1, std::vector<int>{0});  // so that each call predicts anew, from noise
    if (sampler.prefix == "guided") reach_second_prediction(policy, observation, goal, sampler.executed);
    const auto begin = std::chrono::steady_clock::now();
    policy.act({observation, goal, episode, step}, output);
    const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
    if (i >= warm_up) microseconds.push_back(taken.count());
  }
  latency.median_us = quantile(microseconds, 0.5);
  latency.p99_us = quantile(microseconds, 0.99);
  return latency;
}

}  // namespace fm
