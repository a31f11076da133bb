#pragma once
// Runs the members of a sweep, several at a time, each in a process of its own.

#include "libfm/study/sweep_directory.hpp"

#include <string>
#include <vector>

namespace fm {

struct SweepRunOptions {
  int jobs = 1;            ///< members at a time
  bool fail_fast = false;  ///< start no more once a member has failed
};

/// As many members at a time as there are cores for, given each member's threads; one at a time on a GPU.
int default_jobs(const Experiment& sweep, std::size_t members);

/// Threads of a member if so many run at a time and the sweep does not say.
int threads_of_each(int jobs);

/// Runs the members that are not finished, going on where they are. A failure is shown when it happens, and the others go
/// on. @return the names of the members that failed
/// @throws MachineError if a process cannot be started; Interrupted on a noted signal, once all members have stopped with
/// their progress saved
std::vector<std::string> run_members(const SweepDirectory& sweep, const SweepRunOptions& options);

}  // namespace fm
