#pragma once
// The times at which a flow is evaluated in sampling, from the sampler's options and the flow's closed interval.

#include "libfm/flow_math/prediction_target.hpp"
#include "libfm/flow_math/time_grid.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

namespace fm {

/// The grid that sampler and log-probability share.
TimeGrid sampling_grid(const SamplerOptions& options, const TimeInterval& interval);

/// From `begin` to the interval's end, with a proportional number of steps, rounded up.
TimeGrid rest_of_grid(const SamplerOptions& options, double begin, const TimeInterval& interval);

}  // namespace fm
