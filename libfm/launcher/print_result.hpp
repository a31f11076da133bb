#pragma once
// What commands that work in a run directory do and print alike.

#include "libfm/experiment/run_directory.hpp"

#include <filesystem>
#include <string>

namespace fm {

/// Runs the stages with the log in the directory's log.txt, then prints the figures and the directory.
void print_run(const RunDirectory& run);

/// Figures, then the directory's absolute path as the last line of stdout.
void print_result(const std::string& figures, const std::filesystem::path& directory);

}  // namespace fm
