#pragma once
// A run's own directory: RUNS/NAME/TIME_sSEED_HASH/, with its configuration, provenance, data, checkpoints and results.

#include "libfm/core/file_descriptor.hpp"
#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <string>

namespace fm {

/// How far a run goes.
enum class LastStage { train, report };

class RunDirectory {
 public:
  /// A new directory with config.yaml and provenance.json. Nothing that is there is touched.
  static RunDirectory create(const Experiment& experiment, LastStage last_stage);

  /// One that is there. @throws InputError if it is none or another process works in it.
  static RunDirectory open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Experiment& experiment() const { return experiment_; }
  LastStage last_stage() const { return last_stage_; }

  std::filesystem::path data() const { return path_ / "data.h5"; }
  std::filesystem::path best_checkpoint() const { return path_ / "checkpoints" / "best.safetensors"; }
  std::filesystem::path last_checkpoint() const { return path_ / "checkpoints" / "last.safetensors"; }

 private:
  RunDirectory(std::filesystem::path path, Experiment experiment, LastStage last_stage);

  std::filesystem::path path_;
  Experiment experiment_;
  LastStage last_stage_;
  FileDescriptor lock_;
};

/// A new directory for `fm demo`: RUNS/NAME/TIME_demo/.
std::filesystem::path create_demo_directory(const Experiment& experiment);

}  // namespace fm
