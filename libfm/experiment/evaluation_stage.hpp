#pragma once
// Evaluates a checkpoint and writes evaluation.h5, summary.txt and evaluation.json into a directory.

#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// What to evaluate, and with which settings.
struct EvaluationTarget {
  std::filesystem::path checkpoint;
  Experiment experiment;                ///< what evaluation needs: env, expert, sampler, eval, device ...
  std::filesystem::path data;           ///< the run's data, of which recordings are compared with
  std::vector<std::string> files = {};  ///< without an environment: if any, compare on all of these files instead
};

/// @throws InputError if the checkpoint cannot be used, or environment or sampler do not fit it
void check_target(const EvaluationTarget& target);

/// Writes evaluation.h5, summary.txt, then evaluation.json, into `directory`. @return the metrics as text
/// @throws InputError if the checkpoint cannot be used, or environment, data or sampler do not fit it; MachineError if
/// a file cannot be read or written; Interrupted on a noted signal
std::string evaluate_into(const std::filesystem::path& directory, const EvaluationTarget& target);

/// @throws InputError if there is no environment, or no expert that acts in it
void check_demonstration(const Experiment& experiment);

/// Rolls out the expert and writes demo.h5 into `directory`. @return the expert's metrics as text
/// @throws InputError if there is no environment, or the expert does not act in it; MachineError if the file cannot be
/// written; Interrupted on a noted signal
std::string demonstrate_into(const std::filesystem::path& directory, const Experiment& experiment);

}  // namespace fm
