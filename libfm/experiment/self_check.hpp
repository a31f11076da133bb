#pragma once
// The self-check of `fm test`: an experiment reduced to well under a minute, and the checks that its run must pass.

#include "libfm/experiment/run_directory.hpp"

#include <string>
#include <vector>

namespace fm {

/// The experiment reduced to little data, few epochs and a small evaluation without grid, named NAME_test.
Experiment shrink(Experiment experiment);

struct Check {
  std::string what;
  bool passed = false;
};

/// Checks the files of a finished run, and evaluates it again into evaluations/again.
/// @throws InputError or MachineError if a file cannot be read, or the evaluation fails
std::vector<Check> check_run(const RunDirectory& run);

}  // namespace fm
