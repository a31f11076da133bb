#include "libfm/launcher/print_result.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/pipeline.hpp"

namespace fm {

void print_run(const RunDirectory& run) {
  log_to_file(run.path() / "log.txt");
  try {
    print_result(run_stages(run), run.path());
  } catch (const InputError&) {
    throw;  // which the run would meet again
  } catch (...) {
    spdlog::warn("{} is not finished; to go on: fm resume {}", run.experiment().name, run.path().string());
    throw;
  }
}

void print_result(const std::string& figures, const std::filesystem::path& directory) {
  fmt::print("{}{}\n", figures, directory.string());
}

}  // namespace fm
