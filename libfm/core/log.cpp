#include "libfm/core/log.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/printable.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace fm {
namespace {

/// The message as %*, made printable().
class PrintableMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    const std::string text = printable({message.payload.data(), message.payload.size()});
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<PrintableMessage>(); }
};

std::unique_ptr<spdlog::formatter> formatter(const char* pattern) {
  auto made = std::make_unique<spdlog::pattern_formatter>();
  made->add_flag<PrintableMessage>('*').set_pattern(pattern);
  return made;
}

/// Says once that lines are lost, for example to a full disk.
void note_lost_line(const std::string& why) {
  static bool said = false;
  if (!said) std::fprintf(stderr, "the log cannot be written, lines are lost: %s\n", why.c_str());
  said = true;
}

}  // namespace

void log_to_stderr() {
  auto terminal = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  // On a terminal each line first clears a progress bar.
  terminal->set_formatter(formatter(isatty(STDERR_FILENO) != 0 ? "\r\x1b[2K%^%*%$" : "%*"));
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  if (no_colour != nullptr && *no_colour != '\0') terminal->set_color_mode(spdlog::color_mode::never);
  auto logger = std::make_shared<spdlog::logger>("fm", terminal);
  logger->set_error_handler(note_lost_line);
  spdlog::set_default_logger(logger);
}

void log_to_file(const std::filesystem::path& file) {
  if (std::filesystem::is_symlink(file)) {
    throw_input_error("{}: is a symbolic link, which a log is not written through; remove it", file.string());
  }
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  sink->set_formatter(formatter("%Y-%m-%d %H:%M:%S.%e %l %*"));
  spdlog::default_logger()->sinks().push_back(sink);
  spdlog::default_logger()->flush_on(spdlog::level::info);
}

}  // namespace fm
