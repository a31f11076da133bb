#include "libfm/core/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <unistd.h>

#include <memory>

namespace fm {

void log_to_stderr() {
  auto terminal = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  // On a terminal each line first clears a progress bar.
  terminal->set_pattern(isatty(STDERR_FILENO) != 0 ? "\r\x1b[2K%^%v%$" : "%v");
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("fm", terminal));
}

void log_to_file(const std::filesystem::path& file) {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  spdlog::default_logger()->sinks().push_back(sink);
  spdlog::default_logger()->flush_on(spdlog::level::info);
}

}  // namespace fm
