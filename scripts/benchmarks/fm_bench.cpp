// fm_bench: libfm's side of the measurement. It reads lines "WORK SECONDS" and answers each with a line of JSON: the
// median time per unit of that workload over that many seconds. scripts/bench runs it and the peers in turns.

#include "scripts/benchmarks/works.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/memory.hpp"
#include "libfm/nn/device.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

namespace {

using namespace fm::bench;

const std::map<std::string, std::function<TimedWork()>> works = {
    {"train 256x3 b256", [] { return train_work(small_policy, 256, "float32"); }},
    {"train 256x3 b256 bf16", [] { return train_work(small_policy, 256, "bfloat16"); }},
    {"train 512x4 b256", [] { return train_work(middle_policy, 256, "float32"); }},
    {"train 512x4 b256 bf16", [] { return train_work(middle_policy, 256, "bfloat16"); }},
    {"train 512x4 b1024", [] { return train_work(middle_policy, 1024, "float32"); }},
    {"train 512x4 b1024 bf16", [] { return train_work(middle_policy, 1024, "bfloat16"); }},
    {"train 1024x5 b1024", [] { return train_work(large_policy, 1024, "float32"); }},
    {"train 1024x5 b1024 bf16", [] { return train_work(large_policy, 1024, "bfloat16"); }},
    {"act 256x3", [] { return act_work(small_policy, fm::Precision::float32); }},
    {"act 256x3 bf16", [] { return act_work(small_policy, fm::Precision::bfloat16); }},
    {"act 512x4", [] { return act_work(middle_policy, fm::Precision::float32); }},
    {"act 512x4 bf16", [] { return act_work(middle_policy, fm::Precision::bfloat16); }},
    {"sample 4096 256x3", [] { return act_work(small_policy, fm::Precision::float32, 4096); }},
    {"pendulum steps", pendulum_work},
    {"humanoid steps", humanoid_work},
    {"bridge Hopper-v5", [] { return bridge_work("Hopper-v5"); }},
    {"bridge Pendulum-v1", [] { return bridge_work("Pendulum-v1"); }},
    {"ppo pendulum", [] { return ppo_work("pendulum", 64, 16); }},
    {"ppo hopper", [] { return ppo_work("hopper", 256, 32); }},
    {"ppo humanoid", [] { return ppo_work("humanoid", 256, 4); }},
    {"train 256x3 b256 cuda", [] { return train_work(small_policy, 256, "tf32", "cuda"); }},
    {"train 256x3 b256 cuda bf16", [] { return train_work(small_policy, 256, "bfloat16", "cuda"); }},
    {"train 512x4 b1024 cuda", [] { return train_work(middle_policy, 1024, "tf32", "cuda"); }},
    {"train 512x4 b1024 cuda bf16", [] { return train_work(middle_policy, 1024, "bfloat16", "cuda"); }},
    {"train 1024x5 b4096 cuda", [] { return train_work(large_policy, 4096, "tf32", "cuda"); }},
    {"train 1024x5 b4096 cuda bf16", [] { return train_work(large_policy, 4096, "bfloat16", "cuda"); }},
    {"sample 4096 256x3 cuda", [] { return sample_work(small_policy, 4096, "tf32"); }},
    {"sample 65536 256x3 cuda", [] { return sample_work(small_policy, 65536, "tf32"); }},
    {"product 256x256x256", [] { return product_work(256, 256, 256); }},
    {"product 256x512x512", [] { return product_work(256, 512, 512); }},
    {"product 1024x512x512", [] { return product_work(1024, 512, 512); }},
    {"product 1024x1024x1024", [] { return product_work(1024, 1024, 1024); }},
};

const TimedWork& find(std::map<std::string, TimedWork>& made, const std::string& name) {
  if (const auto found = made.find(name); found != made.end()) return found->second;
  const auto work = works.find(name);
  if (work == works.end()) fm::throw_input_error("fm_bench: unknown workload '{}'", name);
  const TimedWork& added = made[name] = work->second();
  added.run();  // warms up pages, caches and threads before the first timing
  return added;
}

}  // namespace

int main() {
  fm::keep_freed_memory();  // as fm does
  const char* threads = std::getenv("FM_BENCH_THREADS");
  fm::use_threads(threads == nullptr ? 0 : std::atoi(threads));
  std::map<std::string, TimedWork> made;
  try {
    for (std::string line; std::getline(std::cin, line);) {
      const std::size_t space = line.rfind(' ');
      if (space == std::string::npos) fm::throw_input_error("fm_bench: '{}' is not WORK SECONDS", line);
      const std::string name = line.substr(0, space);
      const double us = median_microseconds(find(made, name), std::stod(line.substr(space)));
      fmt::print("{{\"work\": \"{}\", \"us\": {}}}\n", name, us);
      std::fflush(stdout);
    }
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 2;
  }
}
