#include "libfm/core/interrupt.hpp"

#include <csignal>

namespace fm {
namespace {

volatile std::sig_atomic_t noted = 0;

void note(int signal) {
  noted = signal;
  if (signal == SIGINT) std::signal(SIGINT, SIG_DFL);
}

}  // namespace

void note_signals() {
  noted = 0;
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
  std::signal(SIGCHLD, SIG_DFL);  // a parent that ignores it would hide the exit codes of this program's children
}

int noted_signal() { return noted; }

void stop_if_interrupted() {
  if (noted != 0) throw Interrupted(noted);
}

}  // namespace fm
