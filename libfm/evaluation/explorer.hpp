#pragma once
// What a flow does in many states, so that a report can show any of them: the group /explorer of an evaluation file.

#include "libfm/data/hdf5_writer.hpp"
#include "libfm/evaluation/evaluation_file.hpp"

namespace fm {

/// Adds the velocity of the first action dimension over flow time and action, samples on their way from noise to action,
/// and the expert's action. The states are a grid over the bounds of an environment with two state variables, else those
/// along the first recorded episode of the expert, or of the policy if there is no expert. Nothing unless the policy is a flow and there are such states.
void write_explorer(Hdf5Writer& out, const EvaluationFileInput& input, const Evaluation& evaluation);

}  // namespace fm
