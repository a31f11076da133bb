#pragma once
// Checks before an experiment begins: its data can be used, its expert fits its environment, its network can be built,
// and its policy supports every setting of its evaluation.

#include "libfm/experiment/experiment.hpp"
#include "libfm/policy/policy_model.hpp"

#include <utility>
#include <vector>

namespace fm {

/// The specifications that experiments checked before found in their data, so that members of a sweep read them once.
using CheckedData = std::vector<std::pair<Experiment, EnvSpec>>;

/// Checks an experiment before anything is created; changes nothing. Data files are read as the run would read them.
/// @param warn whether probable mistakes in the data are logged, as the run does once it reads them
/// @param known data that need not be read again; those that are read now are added
/// @throws InputError for the first problem; MachineError if CUDA is requested but not available, or reading fails
void preflight(const Experiment& experiment, bool warn, CheckedData& known);
void preflight(const Experiment& experiment, bool warn = false);

/// Checks that the policy supports sampler, execution, engine and density at every point of the evaluation.
/// @throws InputError naming the setting that it does not support
void check_evaluation(const Experiment& experiment, const PolicyModel& model);

}  // namespace fm
