#pragma once
// An unrolled sampler: the network evaluations of one action, in order, each with its times and the linear operations
// around it. Solvers, paths, prediction targets, one-step and regression policies differ only in these numbers.

#include "libfm/policy_spec/policy_description.hpp"

#include <optional>
#include <vector>

namespace fm {

/// x = z + sum_j from_j k_j;  k_i = of_state x + of_output f(input_scale x, times), i = size of `from`.
struct PlannedEvaluation {
  /// One, or two where the step's length is an input too, or the share of committed actions.
  std::vector<float> times;
  float input_scale = 1.0F;
  std::vector<float> from;  ///< h a_ij of the tableau
  float of_state = 0.0F;
  float of_output = 1.0F;
  std::vector<float> step = {};  ///< h b_j, at a step's end: z += sum_j step_j k_j
  bool draws = false;            ///< afterwards z += of_noise noise, with the next sample of noise
  float of_noise = 0.0F;
  bool jumps = false;  ///< z = k instead
};

/// z = of_guess guess + of_noise noise, then the evaluations; the first `committed` numbers are the guess throughout.
struct SamplingPlan {
  float of_guess = 0.0F;
  float of_noise = 0.0F;
  int committed = 0;
  std::vector<PlannedEvaluation> evaluations;

  /// Samples of noise, the initial one included.
  int noises() const;
};

struct SamplingPlans {
  SamplingPlan from_noise;
  std::optional<SamplingPlan> from_guess;  ///< if sampler.warm_start > 0, or for sampler.prefix
};

/// @throws InputError for a policy or sampler that has no such plan.
SamplingPlans plan_sampling(const PolicyDescription& description);

/// Whether the policy is a flow, which classifier-free guidance requires. @throws InputError as plan_sampling.
bool is_flow(const PolicyOptions& policy);

}  // namespace fm
