#pragma once
// A run of a sweep in a process of its own: `fm resume RUN_DIR --wait`, which ends with the process that started it.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace fm {

class MemberProcess {
 public:
  /// Starts this program on the run directory; what it prints goes to console.txt there.
  /// @throws MachineError if it cannot be started
  explicit MemberProcess(const std::filesystem::path& run);
  MemberProcess(const MemberProcess&) = delete;
  MemberProcess& operator=(const MemberProcess&) = delete;
  /// Stops the process if it runs, and waits for it.
  ~MemberProcess();

  /// Asks the process to stop once its progress is saved.
  void interrupt();

  /// Why the process failed, empty if it did its work; nothing as long as it runs.
  std::optional<std::string> outcome();

 private:
  std::string failure_of(int status) const;

  std::filesystem::path console_;
  pid_t process_ = -1;
  bool interrupted_ = false;
};

}  // namespace fm
