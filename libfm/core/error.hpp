#pragma once
// The exceptions that leave libfm, one for each exit code of the launcher. Outcomes that a caller expects are return
// values instead.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace fm {

/// What the user gave is wrong: a YAML file, an argument, a damaged file. Exit code 2. One line for each mistake.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The machine failed: disk full, file vanished, no such device. Exit code 1.
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
