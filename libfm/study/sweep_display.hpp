#pragma once
// The progress of a sweep on stderr: a table with a lasting line for each member that ends and, on a terminal, lines below
// it for those that run, which are overwritten.

#include "libfm/study/run_progress.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace fm {

/// A line of the table.
struct SweepLine {
  std::string member;
  std::string stage;
  RunProgress progress;
  std::optional<double> seconds;  ///< since it was started
};

/// "episodes-10_s0       train       40 %      0.0812     -151.2      12 s". Empty cells for what is not known.
std::string format_line(const SweepLine& line, std::size_t name_width);

struct SweepCounts {
  int total = 0;
  int finished = 0;
  int failed = 0;
  int running = 0;
  double left = 0.0;  ///< estimated s; 0: unknown
};

/// "7 of 20 done, 1 failed, 2 running, 3 min 20 s left".
std::string format_counts(const SweepCounts& counts);

class SweepDisplay {
 public:
  explicit SweepDisplay(const std::vector<std::string>& names);
  SweepDisplay(const SweepDisplay&) = delete;
  SweepDisplay& operator=(const SweepDisplay&) = delete;
  ~SweepDisplay() { clear(); }

  /// A line that stays.
  void add(const SweepLine& line);
  void add(const std::string& text);

  /// Whether show() is due: four times a second on a terminal, else every half a minute.
  bool is_due() const { return Clock::now() >= next_; }
  /// What goes on now.
  void show(const std::vector<SweepLine>& running, const SweepCounts& counts);

 private:
  using Clock = std::chrono::steady_clock;

  void clear();

  std::size_t name_width_;
  bool terminal_;
  int drawn_ = 0;  ///< lines below the lasting ones
  Clock::time_point next_;
};

}  // namespace fm
