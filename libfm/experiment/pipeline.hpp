#pragma once
// The stages of a run: collect, train, evaluate, report. Each stage finds its progress in the run directory, so running
// the stages again continues an interrupted run.

#include "libfm/experiment/run_directory.hpp"

#include <string>

namespace fm {

/// Sets the number of threads, checks the device and logs the hardware in use.
/// @throws InputError for an unknown device; MachineError if CUDA is requested but not available
void use_machine(const Experiment& experiment);

/// @throws InputError if data.h5 is not the file that the run has begun with; MachineError if it cannot be read
void check_data(const RunDirectory& run);

/// The text of summary.txt; empty if nothing was evaluated.
std::string summary_of(const std::filesystem::path& directory);

/// Runs the stages that are not finished, up to the run's last stage.
/// @return the evaluation's metrics as text, for the terminal; empty if the run ends with training
/// @throws InputError for settings or data that do not fit; MachineError if a file cannot be read or written;
/// Interrupted on a noted signal, after which the run can be resumed
std::string run_stages(const RunDirectory& run);

}  // namespace fm
