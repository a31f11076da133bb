#include "libfm/launcher/print_result.hpp"

#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/stages.hpp"

namespace fm {

void print_run(const RunDirectory& run) {
  log_to_file(run.path() / "log.txt");
  try {
    print_result(run_stages(run), run.path());
  } catch (const Interrupted& e) {
    spdlog::warn("stopped by a signal; everything so far is saved. Go on with: fm resume {}", run.path().string());
    throw;
  } catch (const std::exception& e) {
    spdlog::error("failed: {}", e.what());
    spdlog::info("the run directory is {}", run.path().string());
    throw;
  }
}

void print_result(const std::string& figures, const std::filesystem::path& directory) {
  fmt::print("{}{}\n", figures, directory.string());
}

}  // namespace fm
