#pragma once
// Whether data files belong together, and to an environment: their attributes say how they were made.

#include "libfm/data/episode_file.hpp"

#include <span>
#include <string>
#include <vector>

namespace fm {

/// How `theirs` differs from `ours` in environment, its options, time step, names, units and bounds, one phrase each.
/// What one of them leaves open is no difference.
std::vector<std::string> differences(const DatasetInfo& ours, const DatasetInfo& theirs);

/// Both, for a data set that is joined of the two: unknown fields are filled, bounds widened to hold both.
/// @throws InputError if a specification is malformed
DatasetInfo joined(const DatasetInfo& first, const DatasetInfo& second);

/// The first recorded action beyond the specification's bounds, as a phrase; empty if there is none. A rounding error
/// of float32 is allowed.
std::string action_beyond_bounds(const Dataset& dataset, const EnvSpec& spec, std::span<const std::string> places);

/// Whether a policy was trained with the observations, goals and actions of the environment, by name.
/// @throws InputError at `key` if not
void check_fits(const char* key, const EnvSpec& policy, const EnvSpec& env);

}  // namespace fm
