#include "libfm/experiment/figures.hpp"

#include "libfm/experiment/scripts.hpp"

namespace fm {

void draw_figures(const std::filesystem::path& directory) { run_script("figures", "plot", {directory.string()}); }

void draw_report(const std::filesystem::path& numbers, const std::filesystem::path& report) {
  run_script("figures", "report", {numbers.string(), "--out", report.string()});
}

}  // namespace fm
