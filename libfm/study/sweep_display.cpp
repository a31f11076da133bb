#include "libfm/study/sweep_display.hpp"

#include "libfm/core/number_text.hpp"
#include "libfm/core/printable.hpp"
#include "libfm/core/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace fm {
namespace {

constexpr std::size_t least_name_width = 10, most_name_width = 60;
constexpr std::size_t most_lines = 16;  ///< of running members; more would not fit on a terminal

std::string cell(const std::optional<double>& value) { return value ? number_text(*value) : ""; }

void print(const std::string& line) { std::fputs((printable(line) + "\n").c_str(), stderr); }

/// The beginning of a line that fits on the terminal; a longer one would wrap and could not be overwritten.
std::string cut(const std::string& line) { return line.substr(0, terminal_columns() - 1); }

}  // namespace

std::string format_line(const SweepLine& line, std::size_t name_width) {
  const auto& [member, stage, progress, seconds] = line;
  const bool runs = progress.fraction > 0.0 && progress.fraction < 1.0;
  return fmt::format("{:<{}}  {:<9} {:>6} {:>10} {:>10} {:>12}", member, name_width, stage,
                     runs ? fmt::format("{:.0f} %", 100.0 * progress.fraction) : "", cell(progress.loss),
                     cell(progress.mean_return), seconds ? format_duration(*seconds) : "");
}

std::string format_counts(const SweepCounts& counts) {
  std::string text = fmt::format("{} of {} done", counts.finished, counts.total);
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  if (counts.running > 0) text += fmt::format(", {} running", counts.running);
  if (counts.left > 0.0) text += fmt::format(", about {} left", format_duration(counts.left));
  return text;
}

SweepDisplay::SweepDisplay(const std::vector<std::string>& names)
    : name_width_(least_name_width), terminal_(isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + std::chrono::seconds(terminal_ ? 0 : 30)) {
  for (const std::string& name : names) name_width_ = std::max(name_width_, name.size());
  name_width_ = std::min(name_width_, most_name_width);
  print(fmt::format("{:<{}}  {:<9} {:>6} {:>10} {:>10} {:>12}", "member", name_width_, "stage", "", "loss", "return",
                    "time"));
}

void SweepDisplay::add(const SweepLine& line) { add(format_line(line, name_width_)); }

void SweepDisplay::add(const std::string& text) {
  clear();
  print(text);
  std::fflush(stderr);
}

void SweepDisplay::show(const std::vector<SweepLine>& running, const SweepCounts& counts) {
  next_ = Clock::now() + (terminal_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(30000));
  clear();
  if (terminal_) {
    const std::size_t shown = std::min(running.size(), most_lines);
    for (std::size_t i = 0; i < shown; ++i) print(cut(format_line(running[i], name_width_)));
    drawn_ = static_cast<int>(shown) + 1;
  }
  print(terminal_ ? cut(format_counts(counts)) : format_counts(counts));
  std::fflush(stderr);
}

void SweepDisplay::clear() {
  if (drawn_ > 0) std::fputs(fmt::format("\x1b[{}A\r\x1b[J", drawn_).c_str(), stderr);
  drawn_ = 0;
}

}  // namespace fm
