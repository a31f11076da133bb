#pragma once
// The runs and sweeps in a folder, for fm list.

#include "libfm/study/table.hpp"

#include <filesystem>

namespace fm {

/// A row for each run and sweep in RUNS/NAME/, the newest last: directory, begin, state, return, gap, megabytes.
/// @throws InputError if the folder does not exist
Table list_runs(const std::filesystem::path& runs);

}  // namespace fm
