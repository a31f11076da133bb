#include "scripts/benchmarks/works.hpp"

#include "libfm/policy/checkpoint.hpp"
#include "libfm/realtime/realtime_policy.hpp"

namespace fm::bench {
namespace {

/// What a control loop holds, with fresh weights.
std::shared_ptr<const RealtimeModel> engine(const PolicySizes& sizes, Precision precision) {
  const auto model = make_policy_model(describe(sizes), RandomStream(0, "init"));
  return std::make_shared<RealtimeModel>(describe_checkpoint(*model, nullptr), "benchmark",
                                         RealtimeOptions{.precision = precision});
}

}  // namespace

TimedWork act_work(const PolicySizes& sizes, Precision precision) {
  const auto policy = std::make_shared<RealtimePolicy>(engine(sizes, precision), RandomStream(0, "noise"));
  const int row[] = {0};
  policy->reset(1, row);
  return {.run = [policy, observation = normal_matrix(1, sizes.observations), goal = Matrix(1, 0),
                  step = std::uint32_t{0}, output = PolicyOutput()]() mutable {
    const std::uint64_t episode[] = {0};
    const std::uint32_t steps[] = {step++};
    policy->act({observation, goal, episode, steps}, output);
  }};
}

}  // namespace fm::bench
