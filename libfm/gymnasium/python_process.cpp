#include "libfm/gymnasium/python_process.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/gymnasium/lasting_thread.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

namespace fm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_printed = 4000;  ///< bytes that are kept
constexpr int its_socket = 3, its_memory = 4;

/// The descriptor moved above those that the program has; closed on exec.
int moved_up(int descriptor) {
  if (descriptor < 0) return -1;
  const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
  close(descriptor);
  return moved;
}

std::string end_of_process(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("ended with exit code {}", WEXITSTATUS(status));
  return fmt::format("was killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

/// The files, signals and group of the program. The group is its own, so that Ctrl-C reaches this process alone.
class SpawnSettings {
 public:
  SpawnSettings(int socket, int output, int memory) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&files, socket, its_socket);
    posix_spawn_file_actions_adddup2(&files, memory, its_memory);
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

}  // namespace

PythonProcess::PythonProcess(const std::string& python, const std::string& program, const std::string& argument,
                             std::string name)
    : PythonProcess() {  // from here on, the destructor runs if this throws
  name_ = std::move(name);
  std::array<int, 2> sockets = {-1, -1}, output = {-1, -1};
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data());
  pipe2(output.data(), O_CLOEXEC | O_NONBLOCK);
  socket_ = moved_up(sockets[0]);
  output_ = moved_up(output[0]);
  memory_ = moved_up(memfd_create("libfm", MFD_CLOEXEC));
  const int socket = moved_up(sockets[1]), printing = moved_up(output[1]);
  if (std::min({socket_, output_, memory_, socket, printing}) < 0) {
    const int reason = errno;
    for (const int descriptor : {socket, printing}) {
      if (descriptor >= 0) close(descriptor);
    }
    throw_machine_error("{}: no more files can be opened: {}", name_, std::strerror(reason));
  }
  fcntl(printing, F_SETFL, 0);  // the program waits while it prints

  std::array<std::string, 5> words = {python, "-u", "-c", program, argument};
  std::array<char*, 6> arguments{};
  std::ranges::transform(words, arguments.begin(), [](std::string& word) { return word.data(); });
  int error = 0;
  run_on_lasting_thread([&] {
    const SpawnSettings settings(socket, printing, memory_);
    error = posix_spawnp(&process_, python.c_str(), &settings.files, &settings.attributes, arguments.data(), environ);
  });
  close(socket);
  close(printing);
  if (error != 0) {
    process_ = -1;
    throw_input_error("{}: '{}' cannot be started: {}", name_, python, std::strerror(error));
  }
}

PythonProcess::~PythonProcess() {
  if (process_ > 0) {
    end();
    wait_for_end();
    kill(-process_, SIGKILL);  // the program, or what it leaves in its group
    waitpid(process_, nullptr, 0);
  }
  for (const int descriptor : {socket_, output_, memory_}) {
    if (descriptor >= 0) close(descriptor);
  }
  if (!shared_.empty()) munmap(shared_.data(), shared_.size());
}

std::span<std::byte> PythonProcess::share(std::size_t bytes) {
  void* mapping = ftruncate(memory_, static_cast<off_t>(bytes)) == 0
                      ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_, 0)
                      : MAP_FAILED;
  if (mapping == MAP_FAILED) {
    throw_machine_error("{}: {} bytes of memory cannot be shared: {}", name_, bytes, std::strerror(errno));
  }
  shared_ = {static_cast<std::byte*>(mapping), bytes};
  return shared_;
}

void PythonProcess::send() {
  if (::send(socket_, "s", 1, MSG_NOSIGNAL) != 1) fail_ended();
}

std::size_t PythonProcess::receive(std::span<char> buffer, double timeout) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout);
  for (;;) {
    std::array<pollfd, 2> waiting = {pollfd{socket_, POLLIN, 0}, pollfd{output_, POLLIN, 0}};
    const int ready = poll(waiting.data(), waiting.size(), 100);  // ms, so that a signal is noticed
    if (ready > 0 && waiting[1].revents != 0) collect_output();
    if (ready > 0 && waiting[0].revents != 0) {
      const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
      if (size <= 0) fail_ended();
      return static_cast<std::size_t>(size);
    }
    stop_if_interrupted();
    if (Clock::now() > deadline) {
      throw_machine_error("{}", with_output(fmt::format("{}: no answer for {} s", name_, timeout)));
    }
  }
}

void PythonProcess::end() {
  if (deadline_ != Clock::time_point{}) return;
  deadline_ = Clock::now() + std::chrono::seconds(2);
  shutdown(socket_, SHUT_RDWR);
}

/// Until the deadline. The process is not reaped, so that its number remains that of its group.
void PythonProcess::wait_for_end() {
  for (;;) {
    siginfo_t state{};
    if (waitid(P_PID, static_cast<id_t>(process_), &state, WEXITED | WNOHANG | WNOWAIT) != 0 || state.si_pid != 0)
      return;
    if (Clock::now() > deadline_) return;
    pollfd waiting = {output_, POLLIN, 0};  // it may be waiting until it can print; output_ may be -1, which is skipped
    if (poll(&waiting, 1, 5) > 0) collect_output();
  }
}

void PythonProcess::collect_output() {
  std::array<char, 65536> buffer{};
  ssize_t size = read(output_, buffer.data(), buffer.size());
  for (; size > 0; size = read(output_, buffer.data(), buffer.size())) {
    printed_.append(buffer.data(), static_cast<std::size_t>(size));
    if (printed_.size() > most_printed) printed_.erase(0, printed_.size() - most_printed);
  }
  if (size == 0) close(std::exchange(output_, -1));  // the program has closed it
}

void PythonProcess::fail_ended() {
  int status = 0;
  kill(-process_, SIGKILL);  // in case it has only closed its socket
  waitpid(process_, &status, 0);
  process_ = -1;
  if (output_ >= 0) collect_output();
  throw_machine_error("{}", with_output(fmt::format("{}: the process {}", name_, end_of_process(status))));
}

std::string PythonProcess::with_output(const std::string& message) const {
  return printed_.empty() ? message : fmt::format("{}\nIt printed:\n{}", message, printed_);
}

}  // namespace fm
