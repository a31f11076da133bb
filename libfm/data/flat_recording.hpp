#pragma once
// Recordings whose arrays hold the steps of all episodes one after another: files of numpy.savez, and of D4RL in HDF5.
// Where episodes end is said by `episode_ends` (the number of steps up to the end of each), or by the flags
// `terminated` and `truncated`; an array of one more row than actions is a single episode.

#include "libfm/data/column_choice.hpp"
#include "libfm/data/episode_file.hpp"
#include "libfm/data/hdf5_reader.hpp"

#include <filesystem>

namespace fm {

/// A file of numpy.savez or savez_compressed.
/// @throws InputError for what cannot be used or is damaged
Dataset read_npz(const std::filesystem::path& file, const ColumnChoice& choice);

bool is_flat(const Hdf5Reader& file);
/// An HDF5 file with /observations and /actions, as D4RL's.
Dataset read_flat_hdf5(const Hdf5Reader& file, const ColumnChoice& choice);

}  // namespace fm
