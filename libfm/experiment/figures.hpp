#pragma once
// Figures and report, drawn by scripts/plot from the files of a run directory.

#include <filesystem>

namespace fm {

/// Draws figures/*.png and, for a run, report.html; the script's output goes to stderr.
/// @throws MachineError if the script is missing or fails; Interrupted on a noted signal
void draw_figures(const std::filesystem::path& directory);

}  // namespace fm
