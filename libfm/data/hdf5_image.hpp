#pragma once
// A HDF5 file that is built in memory, and its bytes. HDF5 is kept from the disk because it does not survive a full
// one: 1.10 ends the program with a segmentation fault when a file that it could not write is closed.

#include "libfm/data/hdf5_handle.hpp"

#include <string>

namespace fm {

/// An empty file, in the format of HDF5 1.10 whatever the library is, which puts checksums over all metadata.
Hdf5Handle create_hdf5_in_memory();

/// The bytes that the file would have on disk, closed.
std::string hdf5_image(hid_t file);

}  // namespace fm
