#pragma once
// A collection that a kill cannot undo: episodes are written as they come, some to a file, and the files merged into
// one at the end. The merged bytes do not depend on how the episodes were cut into parts.

#include "libfm/data/episode_file.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>

namespace fm {

/// Writes parts/000017.h5, where 17 is the index of the first of the episodes (at least one). Makes the folder.
void write_part(const std::filesystem::path& parts, const DatasetInfo& info, std::span<const Episode> episodes);

/// The indices of the episodes that stand in whole parts made with the same info. Damaged parts and those made with
/// another are warned of and put aside (as *.refused), so that their episodes can be collected again.
std::set<std::uint64_t> collected_episodes(const std::filesystem::path& parts, const DatasetInfo& info);

/// Writes the episodes 0 ... count - 1 from the parts, in order, and the states into one file, and leaves the parts.
/// @throws MachineError if an episode is in none of them.
void merge_parts(const std::filesystem::path& parts, const DatasetInfo& info, std::uint64_t count,
                 LabelledStates uniform_states, const std::filesystem::path& data_file);

}  // namespace fm
