#pragma once
// Runs another program and waits for its end.

#include <string>
#include <vector>

namespace fm {

/// @param words the program, looked for in PATH unless it is a path, and its arguments
/// @param output receives its standard output; nullptr: that goes to stderr, as stdout is for this program's results
/// @return its exit status; 128 plus the signal if one ended it
/// @throws MachineError if it cannot be started
int run_program(const std::vector<std::string>& words, std::string* output = nullptr);

}  // namespace fm
