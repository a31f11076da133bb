#pragma once
// Groups of an HDF5 file that are numbered: episode_0, demo_1, 2.

#include "libfm/data/hdf5_reader.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace fm {

/// The paths of the groups PREFIX0, PREFIX1 ... in `group`, by number. Objects of other names are left out.
/// @throws InputError for a name that begins so without a number behind it, and for a number that occurs twice
std::map<std::uint64_t, std::string> numbered_groups(const Hdf5Reader& file, const std::string& group,
                                                     const std::string& prefix);

}  // namespace fm
