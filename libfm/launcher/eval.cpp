// fm eval RUN_DIR|CHECKPOINT: evaluates a checkpoint; the experiment file is not needed.

#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/checkpoint_origin.hpp"
#include "libfm/experiment/evaluation_stage.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <memory>

namespace fm {
namespace {

/// What to evaluate, and the directory for the results.
struct EvaluationJob {
  EvaluationTarget target;
  std::filesystem::path directory;
  Origins origins;  ///< of the overrides
};

/// KEY=VALUE settings as a folder name; a long one ends with a hash of all of them.
std::string folder_name(const std::vector<std::string>& settings) {
  std::string name = fmt::format("{}", fmt::join(settings, ","));
  for (char& c : name) {
    if (c == '/' || c == ' ' || c == '\n') c = '_';
  }
  constexpr std::size_t most = 200, hash = 8;
  return name.size() <= most ? name : name.substr(0, most - hash - 1) + "_" + hash_text(name).substr(0, hash);
}

bool begins_with_any(const std::string& setting, std::initializer_list<const char*> keys) {
  return std::ranges::any_of(keys, [&](const char* key) { return setting.starts_with(key); });
}

/// @throws InputError for settings that are fixed by training, or have no meaning here
void check_settable(const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) {
    if (begins_with_any(setting,
                        {"env.", "expert.", "sampler.", "eval.", "data.files=", "data.mixed=", "data.observations=",
                         "data.actions=", "data.goals=", "data.columns.", "train.memory=", "device=", "threads="})) {
      continue;
    }
    throw_input_error(
        "{}: is fixed by training, or is nothing that fm eval does; it can change env, expert, sampler, eval, "
        "data.files, their columns, data.mixed, train.memory, device and threads",
        setting);
  }
}

/// The run directory that a checkpoint lies in (RUN/checkpoints/NAME.safetensors); empty for a lone file.
std::filesystem::path run_of(const std::filesystem::path& checkpoint) {
  const std::filesystem::path folder = checkpoint.parent_path();
  const bool in_run =
      folder.filename() == "checkpoints" && std::filesystem::exists(folder.parent_path() / "config.yaml");
  return in_run ? folder.parent_path() : std::filesystem::path();
}

/// What the results depend on; the machine is no part of it.
std::vector<std::string> naming(std::vector<std::string> settings) {
  std::erase_if(settings, [](const std::string& s) { return begins_with_any(s, {"device=", "threads="}); });
  return settings;
}

EvaluationJob make_job(const EvaluationArguments& arguments) {
  const auto path = std::filesystem::absolute(arguments.target).lexically_normal();
  if (is_experiment(path)) {
    throw_input_error("{}: is an experiment file; fm eval takes a run directory or a checkpoint", arguments.target);
  }
  EvaluationJob job;
  std::vector<std::string> name;  // of the folder
  const bool is_run = std::filesystem::is_directory(path);
  if (const auto in_run = is_run ? path : run_of(path); !in_run.empty()) {
    const RunDirectory run = RunDirectory::open(in_run);
    check_data(run);
    const auto checkpoint = is_run ? run.best_checkpoint() : path;
    if (checkpoint != run.best_checkpoint()) name.push_back(path.stem().string());
    job = {{checkpoint, run.experiment(), run.data()}, run.path(), {}};
  } else {
    job = {{path, experiment_of(path), {}}, path.parent_path() / (path.stem().string() + "_evaluation"), {}};
  }
  if (arguments.without_grid) job.target.experiment.eval.grid = {};
  const Experiment before = job.target.experiment;
  job.origins = apply_overrides(job.target.experiment, arguments.overrides);
  const auto settings = differences(before, job.target.experiment);
  check_settable(settings);
  // A lone checkpoint does not say where the policy is that it learned from.
  const bool chooses_expert = std::ranges::any_of(
      arguments.overrides, [](const std::string& setting) { return begins_with_any(setting, {"expert."}); });
  if (before.expert.name == "policy" && before.expert.policy.from.empty() && !chooses_expert) {
    spdlog::info("eval: without the expert, which was a trained policy; expert.policy.from=RUN_DIR compares with it");
    job.target.experiment.expert.name = no_expert;
  }
  if (before.data.files != job.target.experiment.data.files) {
    job.target.files = job.target.experiment.data.files;
    if (job.target.experiment.has_env())
      throw InputError("data.files: can be set for fm eval only if env.name is none");
  } else if (const auto of_files = std::ranges::find_if(
                 settings, [](const std::string& setting) { return begins_with_any(setting, {"data."}); });
             of_files != settings.end()) {
    throw_input_error("{}: is about other data.files, which are not given", *of_files);
  }
  for (const std::string& setting : naming(settings)) name.push_back(setting);
  if (!name.empty()) job.directory = job.directory / "evaluations" / folder_name(name);
  return job;
}

}  // namespace

void evaluate_target(const EvaluationArguments& arguments) {
  const EvaluationJob job = make_job(arguments);
  if (arguments.print_config) fmt::print("{}", print_yaml(job.target.experiment, job.origins, "as trained"));
  if (arguments.dry_run) {
    check_target(job.target);
    fmt::print("would evaluate {} into {}\n", job.target.checkpoint.string(), job.directory.string());
  }
  if (arguments.print_config || arguments.dry_run) return;
  use_machine(job.target.experiment);
  const std::string summary = evaluate_into(job.directory, job.target);
  if (arguments.visualize) draw_figures(job.directory);
  print_result(summary, job.directory);
}

void add_eval(CLI::App& app) {
  CLI::App* command = app.add_subcommand("eval", "evaluate a run's best checkpoint or any checkpoint file");
  auto arguments = std::make_shared<EvaluationArguments>();
  command->add_option("RUN_DIR|CHECKPOINT", arguments->target, "a run directory or a .safetensors file")->required();
  command->add_option("SETTING", arguments->overrides, "overrides, such as sampler.steps=5 or eval.episodes=100")
      ->option_text("KEY=VALUE ...");
  command->add_flag("--visualize", arguments->visualize, "also draw the figures and the report");
  command->add_flag("--print-config", arguments->print_config, "print the complete configuration and exit");
  command->add_flag("--dry-run", arguments->dry_run, "check everything, print what would be done and exit");
  command->footer("Example: fm eval runs/pendulum/20261123-101500_s0_1a2b3c sampler.steps=5 --visualize");
  command->callback([arguments] { evaluate_target(*arguments); });
}

}  // namespace fm
