#pragma once
// The log: lines on stderr, and in the run directory's log.txt once it exists. stdout is reserved for results.

#include <spdlog/spdlog.h>

#include <filesystem>

namespace fm {

/// Sends spdlog's default logger to stderr, without time stamps.
void log_to_stderr();

/// Also appends every log line, with its time, to `file`. @throws spdlog::spdlog_ex if it cannot be opened.
void log_to_file(const std::filesystem::path& file);

}  // namespace fm
