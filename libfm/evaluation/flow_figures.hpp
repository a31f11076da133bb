#pragma once
// How a flow policy makes actions at an environment's landmarks: its velocity field over action and time, and samples
// on their way from noise to action.

#include "libfm/data/hdf5_writer.hpp"
#include "libfm/evaluation/evaluation_file.hpp"

#include <cstdint>

namespace fm {

/// Writes /flow_field and /denoising, if the policy is a flow and the environment has landmarks.
void write_flow_figures(Hdf5Writer& out, const EvaluationFileInput& input, std::uint64_t seed);

}  // namespace fm
