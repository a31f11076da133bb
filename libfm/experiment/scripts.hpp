#pragma once
// The scripts of the source tree that this program was built from, or of the folder FM_SCRIPTS.

#include <string>
#include <vector>

namespace fm {

/// Runs scripts/NAME and waits for its end. Its output goes to stderr.
/// @param purpose begins the error texts, as in "figures: ..."
/// @throws InputError if the script could not use what it was given; MachineError if it is missing or fails; Interrupted
/// on a noted signal
void run_script(const std::string& purpose, const char* name, std::vector<std::string> words);

}  // namespace fm
