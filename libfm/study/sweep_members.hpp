#pragma once
// The members of a sweep: its runs, each with a name made of the settings in which it differs from the others.

#include "libfm/experiment/experiment.hpp"

#include <string>
#include <vector>

namespace fm {

struct SweepMember {
  std::string name;                   ///< of its directory, such as episodes-10_s3
  std::vector<std::string> settings;  ///< KEY=VALUE, in the order of the sweep
  Experiment experiment;              ///< without a sweep
};

/// @throws InputError with the problems of all members
std::vector<SweepMember> sweep_members(const Experiment& sweep);

/// Names for runs with these settings, in their order: "episodes-10_s3" for collect.episodes=10 and seed=3. All differ.
std::vector<std::string> member_names(const std::vector<std::vector<std::string>>& settings);

/// Whether members will run where they are checked, on its device.
enum class OnThisMachine { yes, no };

/// Checks every member as a run is checked. @throws InputError with the problems of all members; MachineError if CUDA
/// is requested but not available, or reading fails
void check_members(const std::vector<SweepMember>& members, OnThisMachine where = OnThisMachine::yes);

}  // namespace fm
