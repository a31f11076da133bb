#include "libfm/launcher/print_result.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/printable.hpp"
#include "libfm/experiment/pipeline.hpp"

namespace fm {

void print_run(const RunDirectory& run) {
  log_to_file(run.path() / "log.txt");
  try {
    print_result(run_stages(run), run.path());
  } catch (const InputError&) {
    throw;  // resuming would fail in the same way
  } catch (...) {
    spdlog::warn("{} is not finished; to continue: fm resume {}", run.experiment().name, run.path().string());
    throw;
  }
}

void print_result(const std::string& summary, const std::filesystem::path& directory) {
  fmt::print("{}{}\n", printable(summary), printable(directory.string()));
}

}  // namespace fm
