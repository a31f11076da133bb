#include "libfm/launcher/commands.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace fm {
namespace {

constexpr std::string_view learning = "collect, train";  ///< in a command's plan

/// What these two stages are for the experiment.
std::string stages_of(const Experiment& e) {
  std::vector<std::string> stages;
  if (e.imitates() && e.data.files.empty()) stages.emplace_back("collect");
  if (e.imitates()) stages.emplace_back("train");
  if (e.rl.is_used()) stages.emplace_back("reinforce");
  return fmt::format("{}", fmt::join(stages, ", "));
}

}  // namespace

void ExperimentArguments::add_to(CLI::App& command, bool file_is_required) {
  command.add_option("EXPERIMENT", file, "the experiment's YAML file")->required(file_is_required);
  command.add_option("SETTING", overrides, "overrides of the file's settings, such as train.epochs=20")
      ->option_text("KEY=VALUE ...");
  command.add_flag("--print-config", print_config, "print the complete configuration and exit");
  command.add_flag("--dry-run", dry_run, "check everything, print what would be done and exit");
}

std::optional<Experiment> ExperimentArguments::read(const std::string& plan,
                                                    void (*check)(const Experiment& experiment, bool warn)) const {
  std::vector<std::string> settings = overrides;
  std::string path = file;
  if (path.find('=') != std::string::npos) {  // if the file is omitted, the first override is parsed as the file
    settings.insert(settings.begin(), path);
    path.clear();
  }
  Origins origins;
  Experiment experiment =
      path.empty() ? default_experiment(settings, &origins) : read_experiment(path, settings, &origins);
  if (!sweeps && !experiment.sweep.is_empty()) {
    spdlog::warn("{}: has a sweep, which fm sweep runs; this command does the one run of the file's own settings",
                 path);
    experiment.sweep = {};
  }
  if (print_config) fmt::print("{}", print_yaml(experiment, origins));
  try {
    if (check != nullptr && !print_config) check(experiment, dry_run);
  } catch (const InputError& error) {
    throw InputError(origins.located(error.what()));
  }
  if (dry_run) {
    const bool learns = plan.starts_with(learning);
    fmt::print("{}: the configuration{} valid; would {}\n", path.empty() ? "defaults" : path,
               learns && !experiment.data.files.empty() ? " and the data are" : " is",
               learns ? stages_of(experiment) + plan.substr(learning.size()) : plan);
  }
  return print_config || dry_run ? std::nullopt : std::optional(experiment);
}

}  // namespace fm
