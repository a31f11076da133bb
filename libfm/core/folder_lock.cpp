#include "libfm/core/folder_lock.hpp"

#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"

#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace fm {

bool try_lock(const FileDescriptor& folder) {
  return flock(folder.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

void wait_for_lock(const FileDescriptor& folder, const std::string& message) {
  if (try_lock(folder)) return;
  spdlog::info("{}", message);
  while (!try_lock(folder)) {
    stop_if_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace fm
