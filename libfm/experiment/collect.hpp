#pragma once
// Collects the expert's demonstrations. A dataset is collected once: it is cached under the hash of the settings that
// determine it, and later runs with the same settings reuse it.

#include "libfm/data/episode_file.hpp"
#include "libfm/experiment/experiment.hpp"

#include <filesystem>

namespace fm {

/// RUNS/cache, which holds datasets and experts' value tables.
std::filesystem::path cache_directory(const Experiment& experiment);

/// The provenance that a dataset of this experiment records.
DatasetInfo dataset_info(const Experiment& experiment);

/// Collects the dataset if it is not cached; an interrupted collection is continued. @return the dataset's file
/// @throws InputError if there is no environment, or an option or a cached part is invalid; MachineError if a file
/// cannot be written; Interrupted on a noted signal
std::filesystem::path collect(const Experiment& experiment);

}  // namespace fm
