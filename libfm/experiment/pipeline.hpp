#pragma once
// The stages of a run: collect, train, evaluate, report. Each finds in the run directory how far it came, so a stopped
// run goes on by running its stages again.

#include "libfm/experiment/run_directory.hpp"

#include <string>

namespace fm {

/// Sets threads, checks the device, and says in the log what this process computes on.
void use_machine(const Experiment& experiment);

/// Does everything that the run still lacks, up to its last stage.
/// @return the evaluation in words, for the terminal; empty if the run ends with training
std::string run_stages(const RunDirectory& run);

}  // namespace fm
