#pragma once
// How long a policy takes for one action, called as a control loop would: batch 1, one thread.

#include "libfm/evaluation/engine.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/train/training_data.hpp"

#include <cstdint>
#include <string>

namespace fm {

struct Latency {
  double median_us = 0.0;
  double p99_us = 0.0;
  std::string engine;
  std::string solver;  ///< of a flow; else the policy's name
  int steps = 0;
  std::int64_t nfe = 0;  ///< network evaluations for one action
};

/// @param states observations to act on, in turn
Latency measure_latency(const PolicyModel& model, const PredictorFactory& engine, const Rows& states);

}  // namespace fm
