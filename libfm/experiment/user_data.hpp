#pragma once
// Data that the user brought: joined from several files, and held against what is to be trained.

#include "libfm/data/episode_file.hpp"

#include <span>
#include <string>

namespace fm {

/// One dataset of all episodes, numbered through, and all labelled states. @throws InputError if their sizes differ.
Dataset join_files(std::span<const std::string> files);

/// @throws InputError that names `file` if observations, actions or goals do not have the environment's sizes.
void check_data_fits(const Dataset& dataset, const EnvSpec& spec, const std::string& file);

/// The specification that the data carries, or one made from its sizes and ranges.
EnvSpec spec_of_data(const Dataset& dataset, const std::string& file);

}  // namespace fm
