#include "libfm/core/child_program.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/file_descriptor.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace fm {
namespace {

/// Starts the program with this file as its standard output.
pid_t start(const std::vector<std::string>& words, int standard_output) {
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, standard_output, STDOUT_FILENO);
  pid_t process = 0;
  const int error = posix_spawnp(&process, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw_machine_error("{} cannot be started: {}", words.front(), std::strerror(error));
  return process;
}

int end_of(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string read_all(const FileDescriptor& file) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = read(file.get(), buffer.data(), buffer.size())) != 0;) {
    if (size > 0) text.append(buffer.data(), static_cast<std::size_t>(size));
    if (size < 0 && errno != EINTR) break;
  }
  return text;
}

}  // namespace

int run_program(const std::vector<std::string>& words, std::string* output) {
  if (output == nullptr) return end_of(start(words, STDERR_FILENO));
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_machine_error("{}: no pipe: {}", words.front(), errno_text());
  const FileDescriptor from(ends[0]);
  const pid_t process = [&] {
    const FileDescriptor to(ends[1]);  // closed here, so that the output ends with the program
    return start(words, to.get());
  }();
  *output = read_all(from);
  return end_of(process);
}

}  // namespace fm
