#pragma once
// Ctrl-C and SIGTERM as a question that long loops ask between two steps, so that they stop where their state is whole.

#include <exception>

namespace fm {

/// Thrown by a loop that stopped on a signal after it saved what it had. Exit code 128 + signal.
class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) : signal_(signal) {}
  int signal() const { return signal_; }
  const char* what() const noexcept override { return "interrupted"; }

 private:
  int signal_;
};

/// Forgets what was noted; from here on SIGINT and SIGTERM are noted instead of ending the process; a second one ends
/// it at once.
void note_signals();

/// The signal that was noted, or 0.
int noted_signal();

/// Throws Interrupted if a signal was noted.
void stop_if_interrupted();

}  // namespace fm
