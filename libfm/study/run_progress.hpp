#pragma once
// How far a run is, read from the files in its directory.

#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fm {

enum class RunState { begun, collected, trained_in_part, reinforced_in_part, evaluated };

struct RunProgress {
  RunState state = RunState::begun;
  double fraction = 0.0;              ///< of the epochs or steps of the last stage begun, in [0, 1]
  std::optional<double> loss;         ///< the newest training loss
  std::optional<double> mean_return;  ///< of the evaluation, else the newest during training
};

/// @throws MachineError if reading fails; a file that is missing or cannot be parsed counts as not there
RunProgress read_progress(const std::filesystem::path& run, const Experiment& experiment);

/// Whether nothing is left to do: the evaluation and, if asked for, the report are there.
bool is_finished(const std::filesystem::path& run, const Experiment& experiment);

/// "begun", "collected", "trained" or "evaluated", in files.
const char* state_name(RunState state);

/// "collect", "train" ...: what a run in this state is doing, or would do next.
std::string stage_words(const RunProgress& progress);

}  // namespace fm
