#include "libfm/launcher/commands.hpp"

#include "libfm/config/print_config.hpp"

#include <fmt/core.h>

#include <string_view>

namespace fm {
namespace {

constexpr const char* collect_first = "collect, ";

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
  const Experiment experiment = path.empty() ? default_experiment(settings) : read_experiment(path, settings);
  if (print_config) fmt::print("{}", print_yaml(experiment));
  if (check != nullptr && !print_config) check(experiment, dry_run);
  if (dry_run) {
    const bool has_data = !experiment.data.files.empty() && plan.starts_with(collect_first);
    fmt::print("{}: the configuration{} valid; would {}\n", path.empty() ? "defaults" : path,
               experiment.data.files.empty() ? " is" : " and the data are",
               has_data ? plan.substr(std::string_view(collect_first).size()) : plan);
  }
  return print_config || dry_run ? std::nullopt : std::optional(experiment);
}

}  // namespace fm
