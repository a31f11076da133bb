#pragma once
// Writes HDF5 files of robomimic (robomimic_reader.hpp), which its SequenceDataset reads with the low-dimensional keys
// `observations` and, where there are goals, `goals`.

#include "libfm/data/episode_file.hpp"

#include <filesystem>

namespace fm {

/// Names, units and bounds are attributes of /data, which robomimic does not read. The sides of episodes become
/// /mask/train and /mask/valid.
/// @param spec of the dataset
/// @throws InputError if the file exists or there are no episodes; MachineError if it cannot be written
void write_robomimic(const std::filesystem::path& file, const Dataset& dataset, const EnvSpec& spec);

}  // namespace fm
