#pragma once
// Recordings in every format that is read: libfm's own, Minari's, robomimic's, NumPy's and D4RL's. The format follows from
// the content.

#include "libfm/data/column_choice.hpp"
#include "libfm/data/episode_file.hpp"

#include <filesystem>

namespace fm {

/// Whether the path may be a recording: an HDF5 or ZIP file, or a dataset's folder.
bool is_recording(const std::filesystem::path& path);

/// Whether the path is a Zarr store: a folder, or a ZIP file of one.
bool is_zarr(const std::filesystem::path& path);

/// @param path a file, or the folder of a dataset of Minari
/// @throws InputError for another format, for what cannot be used or is damaged, and for a column that there is not
Dataset read_recording(const std::filesystem::path& path, const ColumnChoice& choice = {});

}  // namespace fm
