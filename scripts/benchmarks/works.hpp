#pragma once
// The workloads that fm_bench times, one file each. scripts/benchmarks/works.py lists the same workloads.

#include "scripts/benchmarks/policy_sizes.hpp"
#include "scripts/benchmarks/timed_work.hpp"

#include "libfm/realtime/dense.hpp"

#include <string>

namespace fm::bench {

/// A training step: batch gathering, noise and times, loss, gradient, AdamW; without gradient clipping and moving
/// average. A run is an epoch of 20,480 shuffled rows.
TimedWork train_work(const PolicySizes& sizes, int batch, const std::string& precision,
                     const std::string& device = "cpu");

/// Ten Euler steps with the realtime engine: one action for one observation, as in a control loop, or actions for this
/// many observations in one call.
TimedWork act_work(const PolicySizes& sizes, Precision precision, int rows = 1);

/// Ten Euler steps with LibTorch on CUDA: actions for this many observations in one call, on the host before and after.
TimedWork sample_work(const PolicySizes& sizes, int rows, const std::string& precision);

/// One step of one copy of an environment, with random actions; episodes that end are restarted. The
/// bridge runs 8 copies of an environment of Gymnasium in the Python FM_BENCH_PYTHON.
TimedWork pendulum_work();
TimedWork humanoid_work();
TimedWork bridge_work(const std::string& id);

/// One environment step of PPO, collection and updates: 16 copies, segments of 256 steps, 10 passes; policy and value
/// network are perceptrons with two hidden layers of this width.
TimedWork ppo_work(const std::string& env, int width, int minibatches);

/// A float32 product (m, k) x (k, n) with LibTorch, for the roofline.
TimedWork product_work(int m, int k, int n);

}  // namespace fm::bench
