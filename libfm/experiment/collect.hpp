#pragma once
// Collecting the expert's demonstrations. A dataset is made once: it lies in the cache under the hash of what
// determines it, and the next run with the same settings finds it there.

#include "libfm/data/episode_file.hpp"
#include "libfm/experiment/experiment.hpp"

#include <filesystem>

namespace fm {

/// RUNS/cache, where datasets and experts' tables are kept.
std::filesystem::path cache_directory(const Experiment& experiment);

/// What a dataset of this experiment says of its origin.
DatasetInfo dataset_info(const Experiment& experiment);

/// Collects what the cache lacks. A collection that was stopped goes on. @return the dataset's file
std::filesystem::path collect(const Experiment& experiment);

}  // namespace fm
