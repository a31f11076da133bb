#pragma once
// The progress of a long loop on stderr: one line that overwrites itself on a terminal, otherwise a plain line every
// ten seconds and one at the end.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fm {

struct ProgressState {
  std::string_view title;
  std::string_view unit;   ///< what is counted: "steps", "episodes"
  std::int64_t start = 0;  ///< where this process started, such as after a resume; excluded from the rate
  std::int64_t done = 0;
  std::int64_t total = 0;
  double elapsed = 0.0;  ///< s
  std::string_view text = {};
};

/// "train  40 % [========            ] 400/1000 steps  80 steps/s  5 s  8 s left  loss 0.12".
std::string format_progress(const ProgressState& state);

/// "45 s", "3 min 20 s", "2 h 05 min".
std::string format_duration(double seconds);

/// Width of the terminal, or 80. A longer line would wrap and could not be overwritten.
std::size_t terminal_columns();

class Progress {
 public:
  Progress(std::string title, std::int64_t total, std::string unit, std::int64_t start = 0);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { finish(); }

  /// Cheap enough to call at every step: prints at most ten times a second on a terminal, else every ten seconds.
  /// @param text shown after the numbers, such as the loss
  void update(std::int64_t done, std::string_view text = {});

  /// Clears the line on a terminal, else prints a last one.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void show();

  std::string title_;
  std::string unit_;
  std::int64_t start_;
  std::int64_t done_;
  std::int64_t shown_ = -1;  ///< done_ of the last line
  std::int64_t total_;
  std::string text_;
  bool terminal_;
  bool finished_ = false;
  Clock::time_point began_;
  Clock::time_point next_;
};

}  // namespace fm
