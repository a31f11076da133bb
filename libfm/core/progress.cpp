#include "libfm/core/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace fm {
namespace {

constexpr int bar_width = 20;

std::string bar(double fraction) {
  const int full = static_cast<int>(fraction * bar_width);
  return fmt::format("[{:<{}}]", std::string(static_cast<std::size_t>(full), '='), bar_width);
}

std::string format_rate(double rate) {
  return rate < 100.0 ? fmt::format("{:.3g}", rate) : fmt::format("{:.0f}", rate);
}

}  // namespace

std::string format_duration(double seconds) {
  const std::int64_t s = std::llround(seconds);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

std::string format_progress(const ProgressState& state) {
  const double fraction =
      state.total > 0 ? std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0.0, 1.0) : 1.0;
  std::string line = fmt::format("{} {:3.0f} % {} {}/{} {}", state.title, std::floor(100.0 * fraction), bar(fraction),
                                 state.done, state.total, state.unit);
  const std::int64_t done_here = state.done - state.start;
  if (done_here > 0 && state.elapsed > 0.0) {
    const double rate = static_cast<double>(done_here) / state.elapsed;
    line += fmt::format("  {} {}/s  {}", format_rate(rate), state.unit, format_duration(state.elapsed));
    if (state.done < state.total) {
      line += fmt::format("  {} left", format_duration(static_cast<double>(state.total - state.done) / rate));
    }
  }
  return state.text.empty() ? line : fmt::format("{}  {}", line, state.text);
}

std::size_t terminal_columns() {
  struct ::winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Progress::Progress(std::string title, std::int64_t total, std::string unit, std::int64_t start)
    : title_(std::move(title)), unit_(std::move(unit)), start_(start), done_(start), total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1), began_(Clock::now()), next_(began_) {
  if (!terminal_) next_ += std::chrono::seconds(10);
}

void Progress::update(std::int64_t done, std::string_view text) {
  done_ = done;
  const Clock::time_point now = Clock::now();
  text_ = text;
  if (now < next_) return;
  next_ = now + (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000));
  show();
}

void Progress::finish() {
  if (std::exchange(finished_, true)) return;
  if (terminal_) std::fputs("\r\x1b[K", stderr);
  if (!terminal_ && shown_ != done_) show();
  std::fflush(stderr);
}

void Progress::show() {
  shown_ = done_;
  const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
  std::string line = format_progress({.title = title_,
                                      .unit = unit_,
                                      .start = start_,
                                      .done = done_,
                                      .total = total_,
                                      .elapsed = elapsed,
                                      .text = text_});
  if (!terminal_) {
    std::fputs((line + '\n').c_str(), stderr);
    return;
  }
  line.resize(std::min(line.size(), terminal_columns() - 1));
  // The cursor returns to the first column, so that other messages do not start behind the progress line.
  std::fputs(('\r' + line + "\x1b[K\r").c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace fm
