#pragma once
// Data provided by the user: joined from several files, and checked against one another and the environment.

#include "libfm/data/episode_file.hpp"
#include "libfm/experiment/experiment.hpp"

#include <span>
#include <string>
#include <vector>

namespace fm {

/// The episodes of several files, renumbered consecutively, and their labelled states.
struct JoinedFiles {
  Dataset dataset;
  std::vector<std::string> places;  ///< of the episodes, such as "a.h5: episode 3"
};

/// Limits the episodes in memory as train.memory says, for all that is read from now on.
void use_memory(const Experiment& experiment);

/// @param files at least one
/// @param mixed whether the files may differ in environment, options, time step, names, units and bounds
/// @param choice of their columns
/// @param weights of the files; empty: all equal
/// @throws InputError if a file cannot be used, or they differ in size or, unless mixed, otherwise; MachineError if
/// reading fails
JoinedFiles join_files(std::span<const std::string> files, bool mixed, const ColumnChoice& choice = {},
                       std::span<const double> weights = {});

/// The files that patterns with * and ? in their names match, sorted; other paths are kept.
/// @throws InputError for a pattern that matches nothing
std::vector<std::string> matching_files(std::span<const std::string> patterns);

/// The data of data.files, checked against the environment.
/// @param warn whether probable mistakes, and what the files leave unknown, are logged
/// @throws InputError if they cannot be used or do not fit; MachineError if reading fails
Dataset read_user_data(const Experiment& experiment, bool warn);

/// The return of every episode; empty if the rewards of any are unknown.
std::vector<double> known_returns(const Dataset& dataset);

/// @throws InputError naming `file` if observations, actions or goals do not have the environment's sizes
void check_data_fits(const Dataset& dataset, const EnvSpec& spec, const std::string& file);

/// @throws InputError naming `file` if what it says about itself differs from the specification of a policy
void check_agrees(const DatasetInfo& info, const EnvSpec& policy, const std::string& file);

/// The specification to train for: the environment's, or without one the data's own.
/// @throws InputError naming `file` if the data do not have its sizes, or as spec_of_data does
EnvSpec spec_for(const Experiment& experiment, const Dataset& dataset, const std::string& file);

/// The specification stored with the data, or one derived from the data's sizes and ranges.
/// @throws InputError naming `file` if the stored one is malformed, or there are no data
EnvSpec spec_of_data(const Dataset& dataset, const std::string& file);

/// Leaves out short episodes as data.short_episodes says.
/// @param say whether their number is logged
/// @throws InputError if no row is left, or labelled states are given to a policy that predicts several actions
void leave_out_short_episodes(const Experiment& experiment, Dataset& dataset, bool say);

}  // namespace fm
