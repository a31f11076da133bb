#include "libfm/experiment/latency.hpp"

#include "libfm/core/statistics.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/model_policy.hpp"

#include <chrono>
#include <vector>

namespace fm {

Latency measure_latency(const std::shared_ptr<const PolicyModel>& model, const Rows& states) {
  constexpr int warm_up = 50, repeats = 500;
  const SerialOperations serial;
  ModelPolicy policy(model, RandomStream(0, "latency"));
  const SamplerOptions& sampler = model->description().sampler;
  Latency latency{.solver = sampler.solver, .steps = sampler.steps};
  std::vector<double> microseconds;
  for (int i = 0; i < warm_up + repeats; ++i) {
    const Matrix observation = states.observations.row(i % states.size()), goal = states.goals.row(i % states.size());
    const std::vector<std::uint64_t> episode = {0};
    const std::vector<std::uint32_t> step = {static_cast<std::uint32_t>(i)};
    PolicyOutput output;
    policy.reset(1, std::vector<int>{0});  // so that each call makes a prediction
    const std::int64_t evaluations = model->evaluations();
    const auto begin = std::chrono::steady_clock::now();
    policy.act({observation, goal, episode, step}, output);
    const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
    latency.nfe = model->evaluations() - evaluations;
    if (i >= warm_up) microseconds.push_back(taken.count());
  }
  latency.median_us = quantile(microseconds, 0.5);
  latency.p99_us = quantile(microseconds, 0.99);
  return latency;
}

}  // namespace fm
