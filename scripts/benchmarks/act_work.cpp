#include "scripts/benchmarks/works.hpp"

#include "libfm/policy/checkpoint.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include <numeric>

namespace fm::bench {
namespace {

/// The realtime engine as in a control loop, with initial weights.
std::shared_ptr<const RealtimeModel> engine(const PolicySizes& sizes, Precision precision) {
  const auto model = make_policy_model(describe(sizes), RandomStream(0, "init"));
  return std::make_shared<RealtimeModel>(describe_checkpoint(*model, nullptr), "benchmark",
                                         RealtimeOptions{.precision = precision});
}

}  // namespace

TimedWork act_work(const PolicySizes& sizes, Precision precision, int rows) {
  const auto policy = std::make_shared<RealtimePolicy>(engine(sizes, precision), RandomStream(0, "noise"));
  std::vector<int> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), 0);
  policy->reset(rows, all);
  return {.run = [policy, observations = normal_matrix(rows, sizes.observations), goals = Matrix(rows, 0),
                  episodes = std::vector<std::uint64_t>(all.begin(), all.end()),
                  steps = std::vector<std::uint32_t>(all.size()), output = PolicyOutput()]() mutable {
    for (std::uint32_t& step : steps) ++step;
    policy->act({observations, goals, episodes, steps}, output);
  }};
}

}  // namespace fm::bench
