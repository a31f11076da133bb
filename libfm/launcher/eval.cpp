// fm eval RUN_DIR|CHECKPOINT: evaluates a checkpoint alone, without its YAML.

#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/checkpoint_origin.hpp"
#include "libfm/experiment/evaluation_stage.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <fmt/format.h>

#include <memory>

namespace fm {
namespace {

struct Arguments {
  std::string target;
  std::vector<std::string> overrides;
  bool visualize = false;
  bool print_config = false;
  bool dry_run = false;
};

/// What to evaluate, and the directory for the results.
struct Job {
  EvaluationTarget target;
  std::filesystem::path directory;
};

/// KEY=VALUE settings as a folder's name.
std::string folder_name(const std::vector<std::string>& settings) {
  std::string name = fmt::format("{}", fmt::join(settings, ","));
  for (char& c : name) {
    if (c == '/' || c == ' ' || c == '\n') c = '_';
  }
  return name.substr(0, 200);
}

/// What was decided in training cannot be decided again.
void check_settable(const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) {
    for (const char* trained : {"name=", "seed=", "collect.", "policy.", "network.", "train."}) {
      if (setting.starts_with(trained)) {
        throw_input_error(
            "{}: was decided when the policy was trained; fm eval sets env, expert, sampler, eval and data.files",
            setting);
      }
    }
  }
}

Job job_of(const Arguments& arguments) {
  const auto path = std::filesystem::absolute(arguments.target).lexically_normal();
  if (is_experiment(path)) {
    throw_input_error("{}: is an experiment; fm eval takes a run directory or a checkpoint", arguments.target);
  }
  Job job;
  if (std::filesystem::is_directory(path)) {
    const RunDirectory run = RunDirectory::open(path);
    job = {{run.best_checkpoint(), run.experiment(), run.data()}, run.path()};
  } else {
    job = {{path, experiment_of(path), {}}, path.parent_path() / (path.stem().string() + "_evaluation")};
  }
  const Experiment before = job.target.experiment;
  apply_overrides(job.target.experiment, arguments.overrides);
  const auto settings = differences(before, job.target.experiment);
  check_settable(settings);
  if (before.data.files != job.target.experiment.data.files) {
    job.target.files = job.target.experiment.data.files;
    if (job.target.experiment.has_env()) throw InputError("data.files: are compared with where env.name is none");
  }
  if (!settings.empty()) job.directory = job.directory / "evaluations" / folder_name(settings);
  return job;
}

void evaluate(const Arguments& arguments) {
  const Job job = job_of(arguments);
  if (arguments.print_config) fmt::print("{}", print_yaml(job.target.experiment));
  if (arguments.dry_run) {
    fmt::print("would evaluate {} into {}\n", job.target.checkpoint.string(), job.directory.string());
  }
  if (arguments.print_config || arguments.dry_run) return;
  use_machine(job.target.experiment);
  const std::string figures = evaluate_into(job.directory, job.target);
  if (arguments.visualize) draw_figures(job.directory);
  print_result(figures, job.directory);
}

}  // namespace

void add_eval(CLI::App& app) {
  CLI::App* command = app.add_subcommand("eval", "evaluate a run's best checkpoint, or any checkpoint alone");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("RUN_DIR|CHECKPOINT", arguments->target, "a run directory or a .safetensors file")->required();
  command->add_option("SETTING", arguments->overrides, "other settings, such as sampler.steps=5 or eval.episodes=100")
      ->option_text("KEY=VALUE ...");
  command->add_flag("--visualize", arguments->visualize, "draw the figures and the report too");
  command->add_flag("--print-config", arguments->print_config, "print the whole configuration and do nothing");
  command->add_flag("--dry-run", arguments->dry_run, "check everything, say what would be done and do nothing");
  command->callback([arguments] { evaluate(*arguments); });
}

}  // namespace fm
