#pragma once
// Reads datasets of Minari (https://minari.farama.org) in their HDF5 format: data/main_data.hdf5 with a group episode_N
// for each episode, and metadata.json beside it, which describes the spaces. In older versions of Minari the file's own
// attributes do.

#include "libfm/data/column_choice.hpp"
#include "libfm/data/episode_file.hpp"

#include <filesystem>
#include <optional>

namespace fm {

/// The HDF5 file of a dataset's folder; nothing if it is no such folder.
/// @throws InputError for a dataset in Minari's other format
std::optional<std::filesystem::path> minari_file(const std::filesystem::path& folder);

/// The arrays to choose from are those of the observations by their keys, `observations` if it is one, and likewise
/// `actions`, or `actions/KEY`. In a Dict of `observation` and `desired_goal` the latter is the goal, unless goals are chosen.
/// @throws InputError for what cannot be used or is damaged
Dataset read_minari(const std::filesystem::path& hdf5_file, const ColumnChoice& choice);

}  // namespace fm
