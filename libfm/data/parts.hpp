#pragma once
// Resumable collection: episodes are written to part files as they are collected, and merged into one file at the end.
// The merged bytes do not depend on how the episodes were divided into parts.

#include "libfm/data/episode_file.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>

namespace fm {

/// Writes parts/000017.h5, where 17 is the index of the first of the episodes (at least one). Creates the folder.
/// @throws MachineError if the file or the folder cannot be written.
void write_part(const std::filesystem::path& parts, const DatasetInfo& info, std::span<const Episode> episodes);

/// The indices of the episodes in intact parts with the same info. Damaged parts and parts with different info are
/// logged as warnings and renamed to *.refused, so that their episodes are collected again.
std::set<std::uint64_t> collected_episodes(const std::filesystem::path& parts, const DatasetInfo& info);

/// Writes episodes 0 ... count - 1 from the parts, in order, and the states into one file. The parts are kept.
/// @throws MachineError if an episode is missing or the file cannot be written; InputError for an unusable part.
void merge_parts(const std::filesystem::path& parts, const DatasetInfo& info, std::uint64_t count,
                 LabelledStates uniform_states, const std::filesystem::path& data_file);

}  // namespace fm
