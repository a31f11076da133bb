#pragma once
// Ctrl-C and SIGTERM as a flag that long loops poll between steps, so that they stop in a consistent state.

#include <exception>

namespace fm {

/// Thrown by a loop that stopped on a signal. Exit code 128 + signal.
class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) : signal_(signal) {}
  int signal() const { return signal_; }
  const char* what() const noexcept override { return "interrupted"; }

 private:
  int signal_;
};

/// Clears the flag and installs handlers: SIGTERM and the first SIGINT are only noted, a second SIGINT ends the process.
void note_signals();

/// The number of the noted signal, or 0.
int noted_signal();

/// @throws Interrupted if a signal was noted.
void stop_if_interrupted();

}  // namespace fm
