// fm_microbench: libfm's own kernels, measured with Google Benchmark. `scripts/bench --micro` builds and runs it.

#include "scripts/benchmarks/works.hpp"

#include "libfm/core/assignment.hpp"
#include "libfm/core/random.hpp"
#include "libfm/nn/device.hpp"

#include <benchmark/benchmark.h>

namespace {

void philox_block(benchmark::State& state) {
  std::array<std::uint32_t, 4> counter = {0, 0, 0, 0};
  for (auto _ : state) {
    ++counter[0];
    benchmark::DoNotOptimize(fm::philox(counter, {1, 2}));
  }
  state.SetItemsProcessed(state.iterations() * 4);
}
BENCHMARK(philox_block);

/// The noise of one row; the argument is its number of values.
void normal_draws(benchmark::State& state) {
  const fm::RandomStream stream(0, "benchmark");
  std::uint64_t position = 0;
  for (auto _ : state) {
    fm::Draws draws = stream.at(position++);
    for (int i = 0; i < state.range(0); ++i) benchmark::DoNotOptimize(draws.normal());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(normal_draws)->Arg(1)->Arg(21);

void shuffle(benchmark::State& state) {
  const fm::RandomStream stream(0, "benchmark");
  std::uint64_t position = 0;
  for (auto _ : state) benchmark::DoNotOptimize(fm::permutation(stream, position++, state.range(0)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(shuffle)->Arg(20480);

/// Exact optimal transport within a batch.
void assignment(benchmark::State& state) {
  const auto n = state.range(0);
  fm::Draws draws = fm::RandomStream(0, "benchmark").at(0);
  std::vector<double> cost(static_cast<std::size_t>(n * n));
  for (double& c : cost) c = draws.uniform();
  for (auto _ : state) benchmark::DoNotOptimize(fm::solve_assignment(cost, n));
}
BENCHMARK(assignment)->Arg(64)->Arg(256);

/// The workloads of fm_bench, one run per iteration.
void run(benchmark::State& state, const fm::bench::TimedWork& work) {
  for (auto _ : state) work.run();
  state.SetItemsProcessed(state.iterations() * work.units);
}

void pendulum_steps(benchmark::State& state) { run(state, fm::bench::pendulum_work()); }
BENCHMARK(pendulum_steps);

void act_small(benchmark::State& state) {
  run(state, fm::bench::act_work(fm::bench::small_policy, fm::Precision::float32));
}
BENCHMARK(act_small);

void act_middle(benchmark::State& state) {
  run(state, fm::bench::act_work(fm::bench::middle_policy, fm::Precision::float32));
}
BENCHMARK(act_middle);

}  // namespace

int main(int argc, char** argv) {
  fm::use_threads(0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
