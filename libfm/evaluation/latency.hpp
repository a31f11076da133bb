#pragma once
// Measures the time of one prediction as a control loop would call it: batch size 1, one thread.

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
  std::string solver;  ///< the policy's name if it has no velocity field
  int steps = 0;
  std::int64_t nfe = 0;  ///< network evaluations per prediction
};

/// @param states observations and goals to act on, cycled through
Latency measure_latency(const PolicyModel& model, const PredictorFactory& engine, const Rows& states);

}  // namespace fm
