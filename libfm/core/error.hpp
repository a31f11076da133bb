#pragma once
// The exceptions of libfm, one for each exit code of the launcher. Expected outcomes are return values instead.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace fm {

/// Wrong user input: a YAML file, an argument, a damaged file. Exit code 2. The message has one line for each problem.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A failure of the machine: disk full, file removed, device not available. Exit code 1.
class MachineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void throw_input_error(fmt::format_string<Args...> format, Args&&... args) {
  throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
[[noreturn]] void throw_machine_error(fmt::format_string<Args...> format, Args&&... args) {
  throw MachineError(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace fm
