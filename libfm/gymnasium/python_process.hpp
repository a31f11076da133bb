#pragma once
// A Python program in a process of its own, joined to this one by a socket and by shared memory.
//
// It ends with this process, whatever ends this process: the socket's end and PR_SET_PDEATHSIG see to it. At the socket's
// end it has two seconds to end by itself, then it is killed. Processes of its group, which are those that it has started
// and that have not left it, are ended with it, except if this process is killed by SIGKILL. The shared memory has no name,
// so nothing of it is left behind. What the program prints is kept for error messages.

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace fm {

class PythonProcess {
 public:
  /// @param python a command or a path  @param name what messages call it
  /// @throws InputError if `python` cannot be started
  PythonProcess(const std::string& python, const std::string& program, const std::string& argument, std::string name);
  ~PythonProcess();
  PythonProcess(const PythonProcess&) = delete;
  PythonProcess& operator=(const PythonProcess&) = delete;

  /// Memory that both see, of the program's descriptor 4; to be called once.
  std::span<std::byte> share(std::size_t bytes);

  /// Sends one byte to the program's descriptor 3.
  void send();

  /// Ends the socket, at which the program ends. The destructor does this too; before it, several programs end at once, and
  /// their two seconds begin here.
  void end();

  /// Waits for bytes that the program writes there. @return how many, above 0
  /// @throws MachineError if the program has ended or does not answer; Interrupted on a noted signal
  std::size_t receive(std::span<char> buffer, double timeout);

  /// The message, followed by the end of what the program printed.
  std::string with_output(const std::string& message) const;

 private:
  PythonProcess() = default;
  void collect_output();
  void wait_for_end();
  [[noreturn]] void fail_ended();

  std::string name_;
  int process_ = -1;
  int socket_ = -1;
  int output_ = -1;
  int memory_ = -1;
  std::chrono::steady_clock::time_point deadline_{};  ///< for the program's end; zero: it has not been asked to
  std::span<std::byte> shared_;
  std::string printed_;
};

}  // namespace fm
