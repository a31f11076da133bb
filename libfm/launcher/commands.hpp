#pragma once
// The launcher's commands, one file each. Only results are printed on stdout; log and progress go to stderr.

#include "libfm/experiment/experiment.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace fm {

/// The arguments of commands that take an experiment.
struct ExperimentArguments {
  std::string file;
  std::vector<std::string> overrides;
  bool print_config = false;
  bool dry_run = false;
  bool sweeps = false;  ///< the command runs the experiment's sweep; others leave it out, with a warning

  /// Adds EXPERIMENT, KEY=VALUE, --print-config and --dry-run to a command.
  void add_to(CLI::App& command, bool file_is_required = true);

  /// Reads the experiment. @return nothing with --print-config or --dry-run, whose output is printed here
  /// @param plan what the command would do, printed by --dry-run; "collect" is left out if there are data.files
  /// @param check further checks before the command does anything; not called with --print-config
  /// @throws InputError if the experiment is invalid; MachineError if reading fails; what `check` throws
  std::optional<Experiment> read(const std::string& plan,
                                 void (*check)(const Experiment& experiment, bool warn) = nullptr) const;
};

/// The arguments of a command that evaluates what was trained.
struct EvaluationArguments {
  std::string target;                  ///< a run directory or a checkpoint
  std::vector<std::string> overrides;  ///< KEY=VALUE
  bool visualize = false;              ///< also draw the figures and the report
  bool print_config = false;
  bool dry_run = false;
  bool without_grid = false;  ///< leaves out the eval.grid of the run, but not one in the overrides
};

/// Evaluates into a folder named by the overrides, and prints the metrics and the folder.
/// @throws InputError if the target or a setting is invalid; MachineError if reading or writing fails
void evaluate_target(const EvaluationArguments& arguments);

void add_demo(CLI::App& app);
void add_test(CLI::App& app);
void add_collect(CLI::App& app);
void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_run(CLI::App& app);
void add_resume(CLI::App& app);
void add_sweep(CLI::App& app);
void add_report(CLI::App& app);
void add_compare(CLI::App& app);
void add_list(CLI::App& app);
void add_info(CLI::App& app);
void add_import(CLI::App& app);
void add_export(CLI::App& app);
void add_completion(CLI::App& app);
void add_schema(CLI::App& app);

}  // namespace fm
