#pragma once
// Sets up an experiment's reinforcement learning, the stage after the imitation.

#include "libfm/experiment/run_directory.hpp"

namespace fm {

/// Reinforces in the run's directory, or continues there: from the imitation's best checkpoint, else train.init, else
/// fresh weights.
/// @throws InputError if the initial weights do not fit, or as fm::reinforce(options, job); MachineError if a file cannot
/// be read or written; Interrupted on a noted signal, after which the run can be resumed
void reinforce(const RunDirectory& run);

}  // namespace fm
