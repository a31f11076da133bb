#pragma once
// Figures and reports, drawn by the scripts of the source tree.

#include <filesystem>

namespace fm {

// The scripts' output goes to stderr.

/// Draws figures/*.png and, for a run, report.html, by scripts/plot.
/// @throws MachineError if the script is missing or fails; Interrupted on a noted signal
void draw_figures(const std::filesystem::path& directory);

/// Draws the report of a study from its numbers, by scripts/report. @throws as above
void draw_report(const std::filesystem::path& numbers, const std::filesystem::path& report);

}  // namespace fm
