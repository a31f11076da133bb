#include "libfm/study/member_process.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace fm {
namespace {

/// In the new process: becomes this program again. Only calls that are allowed between fork and exec.
[[noreturn]] void become_member(pid_t parent, int input, int output, char* const* arguments) {
  setpgid(0, 0);  // Ctrl-C reaches the sweep alone, which passes it on
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(143);  // the sweep has ended meanwhile
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv("/proc/self/exe", arguments);  // this program, even if its file has been replaced since
  _exit(127);
}

/// The last line that is not empty.
std::string last_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace

MemberProcess::MemberProcess(const std::filesystem::path& run) : console_(run / "console.txt") {
  const FileDescriptor input("/dev/null", O_RDONLY | O_CLOEXEC);
  const FileDescriptor output(console_, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
  if (!input || !output) throw_machine_error("{}: cannot be written: {}", console_.string(), errno_text());
  std::string words[] = {"fm", "resume", run.string(), "--wait"};
  char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) become_member(parent, input.get(), output.get(), arguments);
  if (process_ < 0) throw_machine_error("{}: no process can be started: {}", run.string(), errno_text());
}

MemberProcess::~MemberProcess() {
  if (process_ < 0) return;
  interrupt();
  waitpid(process_, nullptr, 0);
}

void MemberProcess::interrupt() {
  if (process_ > 0 && !interrupted_) kill(process_, SIGTERM);
  interrupted_ = true;
}

std::optional<std::string> MemberProcess::outcome() {
  int status = 0;
  const pid_t ended = waitpid(process_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  process_ = -1;
  if (ended < 0) return "its end was not seen: " + errno_text();
  return status == 0 ? "" : failure_of(status);
}

std::string MemberProcess::failure_of(int status) const {
  const std::string printed = last_line(console_);
  if (WIFSIGNALED(status)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return printed.empty() ? fmt::format("exit code {}", WEXITSTATUS(status)) : printed;
}

}  // namespace fm
