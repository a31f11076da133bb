#pragma once
// The runs of a study, read from their directories.

#include "libfm/core/statistics.hpp"
#include "libfm/experiment/experiment.hpp"
#include "libfm/study/run_progress.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fm {

/// A mean with its 95 % interval.
struct Estimate {
  double mean = 0.0;
  std::optional<Interval> interval;
};

/// Of the evaluation.
struct RunResult {
  Estimate mean_return;           ///< intervals over episodes
  std::optional<Estimate> gap;    ///< to the expert on the same starts
  std::optional<double> success;  ///< share of episodes
  std::vector<double> returns;    ///< of every episode
};

struct StudyRun {
  std::filesystem::path directory;
  std::string name;
  Experiment experiment;
  RunProgress progress;
  std::optional<RunResult> result;
  std::size_t group = 0;
};

/// The run directories in these, each once: run directories themselves, sweeps, or folders that contain them.
/// @throws InputError for a directory without a run
std::vector<std::filesystem::path> find_runs(const std::vector<std::filesystem::path>& directories);

/// Nothing, with a warning, if the run cannot be read.
/// @throws MachineError if reading fails
std::optional<StudyRun> read_run(const std::filesystem::path& directory);

}  // namespace fm
