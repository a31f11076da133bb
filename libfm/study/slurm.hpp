#pragma once
// A sweep on a cluster: its members as the tasks of a Slurm job array. A task that reaches its time limit saves its
// progress and is queued again.

#include "libfm/study/sweep_directory.hpp"

#include <string>
#include <vector>

namespace fm {

struct SlurmOptions {
  std::string partition;             ///< empty: the cluster's default, as the next one
  std::string time;                  ///< limit of a task, such as 02:00:00
  int array_limit = 0;               ///< tasks that run at a time; 0: no limit
  int cpus = 0;                      ///< of each task
  std::vector<std::string> options;  ///< further ones of sbatch, such as --account=lab
};

/// What became of each member.
struct SlurmStatus {
  int finished = 0;
  int queued = 0;  ///< waiting or running
  std::vector<std::string> submitted;
  std::string job;  ///< of those just submitted
};

/// The script of a job array over these members (indices of SweepDirectory::members()).
std::string slurm_script(const SweepDirectory& sweep, const std::vector<std::size_t>& members,
                         const SlurmOptions& options);

/// Submits the members that are neither finished nor in the queue: those that are new, have failed or were lost.
/// @throws MachineError if sbatch or squeue fails, or a file cannot be written
SlurmStatus submit_to_slurm(const SweepDirectory& sweep, const SlurmOptions& options);

}  // namespace fm
