#pragma once
// The report of a study: its numbers as JSON, and a page that scripts/report makes of them.

#include "libfm/study/study.hpp"

namespace fm {

/// Writes FILE (.html), and the study's numbers as .json beside it.
/// @throws what read_study() throws; MachineError if a file cannot be written or scripts/report fails
Study write_report(const std::vector<std::filesystem::path>& directories, const std::filesystem::path& file);

}  // namespace fm
