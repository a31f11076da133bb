#pragma once
// The part of an experiment that a checkpoint stores, so that it can be evaluated without the YAML file. It contains no
// path, host, time or device: equal runs write equal checkpoints.

#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace fm {

/// The metadata key "experiment" with JSON text: name, env, expert and eval.
std::map<std::string, std::string> origin_metadata(const Experiment& experiment);

/// The experiment of a checkpoint, as far as it is stored there (policy, network and sampler included); everything else
/// has its default.
/// @throws InputError if the file is not a readable checkpoint of an experiment; MachineError if reading fails
Experiment experiment_of(const std::filesystem::path& checkpoint);

}  // namespace fm
