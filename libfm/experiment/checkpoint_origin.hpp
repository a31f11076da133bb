#pragma once
// What a checkpoint remembers of its experiment, so that it can be evaluated without its YAML. It holds no path, host,
// time or device: equal runs write equal checkpoints.

#include "libfm/experiment/experiment.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace fm {

/// Metadata "experiment": env, expert and evaluation settings as JSON in text.
std::map<std::string, std::string> origin_metadata(const Experiment& experiment);

/// The experiment that a checkpoint belongs to, as far as evaluation needs it; all else has its default.
/// @throws InputError if the file is no checkpoint of an experiment.
Experiment experiment_of(const std::filesystem::path& checkpoint);

}  // namespace fm
