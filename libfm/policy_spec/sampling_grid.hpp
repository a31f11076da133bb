#pragma once
// The times that a flow is sampled at, from the sampler's options and the interval on which the flow is known.

#include "libfm/flow_math/prediction_target.hpp"
#include "libfm/flow_math/time_grid.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

namespace fm {

/// The grid that sampler and log-probability share.
TimeGrid sampling_grid(const SamplerOptions& options, const TimeInterval& interval);

/// From `begin` to the interval's end, with as many of the steps as fall to it.
TimeGrid rest_of_grid(const SamplerOptions& options, double begin, const TimeInterval& interval);

}  // namespace fm
