#pragma once
// The log: lines on stderr, and in a run directory's log.txt once there is one. stdout is kept for results.

#include <spdlog/spdlog.h>

#include <filesystem>

namespace fm {

/// Sends spdlog's default logger to stderr, without time stamps on a terminal.
void log_to_stderr();

/// Adds a file that receives every line with its time, appended to what is there.
void log_to_file(const std::filesystem::path& file);

}  // namespace fm
