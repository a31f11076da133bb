#include "libfm/core/interrupt.hpp"

#include <csignal>

namespace fm {
namespace {

volatile std::sig_atomic_t noted = 0;

void note(int signal) {
  noted = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void note_signals() {
  noted = 0;
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

int noted_signal() { return noted; }

void stop_if_interrupted() {
  if (noted != 0) throw Interrupted(noted);
}

}  // namespace fm
