#include "libfm/experiment/scripts.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace fm {
namespace {

std::filesystem::path scripts_folder() {
  const char* given = std::getenv("FM_SCRIPTS");
  return given == nullptr ? FM_SCRIPTS : given;
}

}  // namespace

void run_script(const std::string& purpose, const char* name, std::vector<std::string> words) {
  const std::string script = (scripts_folder() / name).string();
  if (!std::filesystem::exists(script)) {
    throw_machine_error("{}: {} does not exist; set FM_SCRIPTS to the folder that contains it", purpose, script);
  }
  words.insert(words.begin(), script);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, 2, 1);  // stdout is reserved for this program's results
  pid_t child = 0;
  const int error = posix_spawn(&child, script.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw_machine_error("{}: {} cannot be started: {}", purpose, script, std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  stop_if_interrupted();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
    throw_input_error("{}: {} could not use what it was given", purpose, fmt::join(words, " "));
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw_machine_error("{}: {} failed", purpose, fmt::join(words, " "));
  }
}

}  // namespace fm
