#pragma once
// Looks for what is probably a mistake in recorded data: outliers, copies, numbers without enough digits. All of these
// can be meant, so they are only named.

#include "libfm/data/episode_file.hpp"

#include <span>
#include <string>
#include <vector>

namespace fm {

/// One sentence for each finding.
/// @param places of the data set's episodes, such as "a.h5: episode 3"
std::vector<std::string> look_for_mistakes(const Dataset& dataset, std::span<const std::string> places);

}  // namespace fm
