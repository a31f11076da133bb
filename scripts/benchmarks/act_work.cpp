#include "scripts/benchmarks/works.hpp"

#include "libfm/nn/device.hpp"
#include "libfm/policy/model_policy.hpp"

namespace fm::bench {

TimedWork act_work(const PolicySizes& sizes, const std::string&) {
  const auto policy = std::make_shared<ModelPolicy>(make_policy_model(describe(sizes), RandomStream(0, "init")),
                                                    RandomStream(0, "noise"));
  const Matrix observation = normal_matrix(1, sizes.observations), goal(1, 0);
  return {.run = [=, step = std::uint32_t{0}, output = PolicyOutput()]() mutable {
    const SerialOperations serial;
    const std::uint64_t episode[] = {0};
    const std::uint32_t steps[] = {step++};
    policy->act({observation, goal, episode, steps}, output);
  }};
}

}  // namespace fm::bench
