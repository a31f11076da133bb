#pragma once
// Runs another program and returns what it prints.

#include <string>
#include <vector>

namespace fm {

/// @param words the program, looked for in PATH, and its arguments
/// @return its standard output; its errors go to stderr
/// @throws MachineError if it cannot be started or fails
std::string output_of(const std::vector<std::string>& words);

}  // namespace fm
