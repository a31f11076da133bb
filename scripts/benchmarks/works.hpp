#pragma once
// The works that fm_bench times, each in a file of its own. scripts/benchmarks/works.py names the same works.

#include "scripts/benchmarks/policy_sizes.hpp"
#include "scripts/benchmarks/timed_work.hpp"

#include "libfm/realtime/dense.hpp"

#include <string>

namespace fm::bench {

/// A step of training: gather, noise and times, loss, gradient, AdamW; without clipping and moving average. A run is an
/// epoch of 20,480 rows, shuffled.
TimedWork train_work(const PolicySizes& sizes, int batch, const std::string& precision,
                     const std::string& device = "cpu");

/// Ten Euler steps by the realtime engine: one action for one observation, as a control loop asks for it, or actions
/// for so many observations in one call.
TimedWork act_work(const PolicySizes& sizes, Precision precision, int rows = 1);

/// One step of one copy of the pendulum; episodes that end begin anew.
TimedWork pendulum_work();

/// A float32 product (m, k) x (k, n) by LibTorch: the roofline.
TimedWork product_work(int m, int k, int n);

}  // namespace fm::bench
