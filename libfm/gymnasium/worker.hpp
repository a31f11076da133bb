#pragma once
// A process that runs copies of an environment (worker.py), and the memory that is shared with it.

#include "libfm/gymnasium/gymnasium_env.hpp"
#include "libfm/gymnasium/python_process.hpp"

#include <cstdint>
#include <span>

namespace fm {

/// What is shared for n copies.
struct SharedRows {
  enum Command : std::uint8_t { idle = 0, step = 1, reset = 2 };

  std::span<char> message;  ///< why a request failed, ended by NUL
  std::span<std::uint8_t> commands;
  std::span<std::uint64_t> seeds;
  std::span<double> actions;       ///< (n, A)
  std::span<double> observations;  ///< (n, O)
  std::span<double> goals;         ///< (n, G)
  std::span<double> rewards;
  std::span<std::uint8_t> terminated, truncated, success;
};

class GymnasiumWorker {
 public:
  /// Starts Python and waits for the environment's specification. @param copies 0: for the specification only
  /// @throws InputError with Python's traceback; MachineError if the process dies or hangs
  GymnasiumWorker(const GymnasiumOptions& options, int copies);

  const EnvSpec& spec() const { return spec_; }
  const std::string& content() const { return content_; }

  /// Makes the copies, and shares memory for them.
  void make_copies();
  SharedRows& rows() { return rows_; }

  /// Lets the worker do what rows().commands say; `wait` returns when it is done.
  /// @throws as the constructor
  void request() { process_.send(); }
  void wait();

  /// Lets the worker close its copies and end; the destructor waits for it.
  void end() { process_.end(); }

 private:
  void check_reply(double timeout);

  GymnasiumOptions options_;
  std::size_t copies_;
  PythonProcess process_;
  EnvSpec spec_;
  std::string content_;
  SharedRows rows_;
};

}  // namespace fm
