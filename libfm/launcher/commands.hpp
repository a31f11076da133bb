#pragma once
// The launcher's commands, one file each. A command returns what it prints on stdout; everything else goes to stderr.

#include "libfm/experiment/experiment.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace fm {

/// What every command that takes an experiment takes.
struct ExperimentArguments {
  std::string file;
  std::vector<std::string> overrides;
  bool print_config = false;
  bool dry_run = false;

  /// Adds EXPERIMENT, KEY=VALUE, --print-config and --dry-run to a command.
  void add_to(CLI::App& command, bool file_is_required = true);

  /// The experiment, or nothing if only its configuration was asked for, which then was printed.
  /// @param plan what the command would do, for --dry-run
  /// @param check what it wants of the experiment before it does anything
  std::optional<Experiment> read(const std::string& plan, void (*check)(const Experiment&) = nullptr) const;
};

void add_demo(CLI::App& app);
void add_test(CLI::App& app);
void add_collect(CLI::App& app);
void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_run(CLI::App& app);
void add_resume(CLI::App& app);
void add_schema(CLI::App& app);

}  // namespace fm
