#pragma once
// A run shrunk to well under a minute, and what must hold after it on every sound machine.

#include "libfm/experiment/run_directory.hpp"

#include <string>
#include <vector>

namespace fm {

/// The same experiment with little data, few epochs and a small evaluation, under NAME_test.
Experiment shrink(Experiment experiment);

struct Check {
  std::string what;
  bool passed = false;
};

/// Looks at the files of a finished run.
std::vector<Check> check_run(const RunDirectory& run);

}  // namespace fm
