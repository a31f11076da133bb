#pragma once
// Shared by the commands that work in a run directory: running the stages and printing the result.

#include "libfm/experiment/run_directory.hpp"

#include <filesystem>
#include <string>

namespace fm {

/// Runs the stages, logging to the directory's log.txt too, then prints the metrics and the directory.
/// @throws what run_stages() throws
void print_run(const RunDirectory& run);

/// Prints the summary, then the directory's absolute path as the last line of stdout.
void print_result(const std::string& summary, const std::filesystem::path& directory);

}  // namespace fm
