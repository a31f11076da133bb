#pragma once
// An HDF5 file built in memory, and its bytes. HDF5 does not write to disk itself, because version 1.10 crashes with a
// segmentation fault when it closes a file that it could not write to a full disk.

#include "libfm/data/hdf5_handle.hpp"

#include <string>

namespace fm {

/// An empty file in the format of HDF5 1.10, whatever the library version; this format checksums all metadata.
Hdf5Handle create_hdf5_in_memory();

/// The bytes that the file would have on disk after closing.
std::string hdf5_image(hid_t file);

}  // namespace fm
