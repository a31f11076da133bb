#pragma once
// Pictures and report, drawn by scripts/plot from what a run left in its directory.

#include <filesystem>

namespace fm {

/// @throws MachineError if the script fails; what it says goes to stderr.
void draw_figures(const std::filesystem::path& directory);

}  // namespace fm
