#pragma once
// The log: lines on stderr, and in the run directory's log.txt once it exists. stdout is reserved for results.
// Control characters within messages are shown as text.

#include <spdlog/spdlog.h>

#include <filesystem>

namespace fm {

/// Sends spdlog's default logger to stderr, without time stamps.
void log_to_stderr();

/// Also appends every log line, with its time, to `file`.
/// @throws InputError if it is a symbolic link; spdlog::spdlog_ex if it cannot be opened
void log_to_file(const std::filesystem::path& file);

}  // namespace fm
