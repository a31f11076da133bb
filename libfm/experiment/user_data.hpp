#pragma once
// Data provided by the user: joined from several files, and checked against the environment.

#include "libfm/data/episode_file.hpp"

#include <span>
#include <string>

namespace fm {

/// Joins the files' episodes, renumbered consecutively, and labelled states. @param files at least one
/// @throws InputError if a file cannot be used or their sizes differ; MachineError if reading fails
Dataset join_files(std::span<const std::string> files);

/// @throws InputError naming `file` if observations, actions or goals do not have the environment's sizes
void check_data_fits(const Dataset& dataset, const EnvSpec& spec, const std::string& file);

/// The specification stored with the data, or one derived from the data's sizes and ranges.
/// @throws InputError naming `file` if the stored one is malformed, or there are no data
EnvSpec spec_of_data(const Dataset& dataset, const std::string& file);

}  // namespace fm
