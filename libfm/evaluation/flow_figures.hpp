#pragma once
// Data for the figures of a flow policy at an environment's landmarks: its velocity field over action and flow time,
// and sample trajectories from noise to action.

#include "libfm/data/hdf5_writer.hpp"
#include "libfm/evaluation/evaluation_file.hpp"

#include <cstdint>

namespace fm {

/// Adds /flow_field and /denoising to `out` if the policy is a flow and the environment has landmarks.
void write_flow_figures(Hdf5Writer& out, const EvaluationFileInput& input, std::uint64_t seed);

}  // namespace fm
