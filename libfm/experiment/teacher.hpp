#pragma once
// The policy that a run's policy is trained from: policy.teacher names a run directory, a checkpoint, or an experiment
// file that is run first.

#include "libfm/experiment/run_directory.hpp"

#include <filesystem>

namespace fm {

/// Copies the teacher's checkpoint into the run, unless it is there; from then on the run does not depend on the
/// original. For an experiment file the newest run with the same configuration, but for threads and device, under the same
/// `runs` is used, and created or finished if needed; of several processes that need it one trains it and the others wait.
/// @throws InputError if the teacher cannot be used; MachineError if a file cannot be read or written; Interrupted on a
/// noted signal
void prepare_teacher(const RunDirectory& run);

/// The checkpoint of a policy that an experiment needs: of a run directory, itself, or of an experiment file, which is run
/// first as above.
std::filesystem::path trained_checkpoint(const std::filesystem::path& from, const Experiment& needing);

/// Follows the experiment files that policy.teacher and expert.policy.from name.
/// @throws InputError with the chain if it leads back to one of them; what read_experiment() throws
void check_teachers_end(const Experiment& experiment);

/// Whether a path, such as policy.teacher, names an experiment file.
bool is_experiment(const std::filesystem::path& path);

/// The experiment of a file that another one needs, with the `runs`, threads and device of that one.
/// @throws what read_experiment() throws
Experiment needed_experiment(const std::filesystem::path& file, const Experiment& needing);

/// The copy in the run directory.
std::filesystem::path teacher_checkpoint(const RunDirectory& run);

/// The best checkpoint of a run directory, or the checkpoint itself.
std::filesystem::path checkpoint_in(const std::filesystem::path& run_or_checkpoint);

}  // namespace fm
