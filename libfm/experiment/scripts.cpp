#include "libfm/experiment/scripts.hpp"

#include "libfm/core/child_program.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"

#include <cstdlib>
#include <filesystem>

namespace fm {
namespace {

std::filesystem::path scripts_folder() {
  const char* given = std::getenv("FM_SCRIPTS");
  return given == nullptr ? FM_SCRIPTS : given;
}

int status_of(const std::string& purpose, const std::vector<std::string>& words) {
  try {
    return run_program(words);
  } catch (const MachineError& e) {
    throw_machine_error("{}: {}", purpose, e.what());
  }
}

}  // namespace

void run_script(const std::string& purpose, const char* name, std::vector<std::string> words) {
  const std::string script = (scripts_folder() / name).string();
  if (!std::filesystem::exists(script)) {
    throw_machine_error("{}: {} does not exist; set FM_SCRIPTS to the folder that contains it", purpose, script);
  }
  words.insert(words.begin(), script);
  const int status = status_of(purpose, words);
  stop_if_interrupted();
  if (status == 2) {
    throw_input_error("{}: {} could not use what it was given", purpose, fmt::join(words, " "));
  }
  if (status != 0) throw_machine_error("{}: {} failed", purpose, fmt::join(words, " "));
}

}  // namespace fm
