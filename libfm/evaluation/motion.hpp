#pragma once
// One episode of policy and expert as moving shapes, for the report: the group /motion of an evaluation file.

#include "libfm/data/hdf5_writer.hpp"
#include "libfm/evaluation/evaluation.hpp"

namespace fm {

/// Writes the recorded episode with the lowest return of the expert, or of the policy if there is no expert, at 50 frames
/// a second or less. Nothing if the environment has no shapes.
void write_motion(Hdf5Writer& out, const EnvFactory& env, const Evaluation& evaluation);

}  // namespace fm
