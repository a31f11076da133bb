#pragma once
// A run's directory RUNS/NAME/TIME_sSEED_HASH/, with its configuration, provenance, data, checkpoints and results.

#include "libfm/core/file_descriptor.hpp"
#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <string>

namespace fm {

/// The stage that a run ends with.
enum class LastStage { train, report };

enum class IfUsed { refuse, wait };

/// Holds an exclusive lock on the directory as long as it lives.
class RunDirectory {
 public:
  /// Creates a new directory with config.yaml and provenance.json; existing files are left alone.
  /// @throws MachineError or std::filesystem::filesystem_error if it cannot be written
  static RunDirectory create(const Experiment& experiment, LastStage last_stage);

  /// The same in a directory of that name, which is created if needed.
  static RunDirectory create_at(const std::filesystem::path& path, const Experiment& experiment, LastStage last_stage);

  /// Opens an existing run directory.
  /// @throws InputError if it is not one, is invalid, used by another process (unless this waits for it), or its
  /// config.yaml is not that of the run; MachineError if reading fails
  static RunDirectory open(const std::filesystem::path& path, IfUsed if_used = IfUsed::refuse);

  /// Changes how the run goes on: train.epochs, train.steps or rl.steps, to train longer, train.patience,
  /// rl.target_return, threads and device.
  /// @throws InputError for other settings, or fewer epochs or steps; MachineError if a file cannot be written
  void change(const std::vector<std::string>& overrides);

  const std::filesystem::path& path() const { return path_; }
  const Experiment& experiment() const { return experiment_; }
  LastStage last_stage() const { return last_stage_; }

  /// Where the imitation's checkpoints and metrics are: in the directory itself, unless reinforcement learning follows.
  std::filesystem::path imitation() const { return experiment_.rl.is_used() ? path_ / "imitation" : path_; }
  std::filesystem::path data() const { return path_ / "data.h5"; }
  std::filesystem::path best_checkpoint() const { return path_ / "checkpoints" / "best.safetensors"; }
  std::filesystem::path last_checkpoint() const { return path_ / "checkpoints" / "last.safetensors"; }

 private:
  RunDirectory(std::filesystem::path path, LastStage last_stage, IfUsed if_used);

  std::filesystem::path path_;
  Experiment experiment_;
  LastStage last_stage_;
  FileDescriptor lock_;
};

/// Whether RunDirectory::change() may change this KEY=VALUE setting.
bool is_changeable(const std::string& setting);

/// RUNS/NAME, which holds the run directories of experiments of this name.
std::filesystem::path runs_folder(const Experiment& experiment);

/// Creates the new directory FOLDER/BEFORE TIME BEHIND, with -2, -3 ... appended if it exists.
/// @throws std::filesystem::filesystem_error if it cannot be created
std::filesystem::path create_timed_directory(const std::filesystem::path& folder, const std::string& before,
                                             const std::string& behind);

/// Creates a new directory for `fm demo`: RUNS/NAME/TIME_demo/.
/// @throws std::filesystem::filesystem_error if it cannot be created
std::filesystem::path create_demo_directory(const Experiment& experiment);

}  // namespace fm
