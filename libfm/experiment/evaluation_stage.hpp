#pragma once
// The evaluation of a checkpoint into a directory: evaluation.h5 and evaluation.json.

#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// What to evaluate, and at which settings.
struct EvaluationTarget {
  std::filesystem::path checkpoint;
  Experiment experiment;                ///< env, expert, sampler, eval, device and threads count
  std::filesystem::path data;           ///< for held-out states where there is no environment
  std::vector<std::string> files = {};  ///< recordings to compare with instead, whole; none: data's held-out states
};

/// Writes evaluation.h5, then evaluation.json, into `directory`. @return the figures in words
std::string evaluate_into(const std::filesystem::path& directory, const EvaluationTarget& target);

/// What the expert does: demo.h5 and its figures in words.
std::string demonstrate_into(const std::filesystem::path& directory, const Experiment& experiment);

}  // namespace fm
