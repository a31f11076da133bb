#pragma once
// Conversion of recordings to libfm's layout, and of datasets to other formats.

#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// Reads a recording of any format, also a Zarr store (by scripts/import_zarr), and writes it as a dataset.
/// @param settings KEY=VALUE of the section `data`
/// @throws InputError if the recording or a setting cannot be used, or `to` exists; MachineError if a file cannot be written
/// or the script fails; Interrupted on a noted signal
void import_recording(const std::filesystem::path& from, const std::filesystem::path& to,
                      const std::vector<std::string>& settings);

/// Writes a recording as a dataset of Minari in a new folder, or as a new file of robomimic. What the format has no place
/// for is named in the log.
/// @throws InputError if the recording cannot be used or the target exists; MachineError if it cannot be written
void export_minari(const std::filesystem::path& from, const std::filesystem::path& folder);
void export_robomimic(const std::filesystem::path& from, const std::filesystem::path& file);

}  // namespace fm
