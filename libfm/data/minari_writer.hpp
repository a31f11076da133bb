#pragma once
// Writes datasets of Minari (minari_reader.hpp), which the package minari reads: MinariDataset("DIR/data").

#include "libfm/data/episode_file.hpp"

#include <filesystem>

namespace fm {

/// Writes DIR/data/main_data.hdf5 and DIR/data/metadata.json, first in DIR.tmp, which becomes DIR when it is complete, or is
/// removed. Observations are a Box, with goals a Dict of `observation` and `desired_goal`. Names and units are attributes of
/// the HDF5 file, which Minari does not read.
/// @param spec of the dataset
/// @throws InputError if DIR or DIR.tmp exists, or an episode lacks what the layout requires; MachineError if it cannot be
/// written
void write_minari(const std::filesystem::path& folder, const Dataset& dataset, const EnvSpec& spec);

}  // namespace fm
