#pragma once
// The policy that a run's own policy learns from: policy.teacher is a run, a checkpoint, or an experiment file that is
// run first.

#include "libfm/experiment/run_directory.hpp"

#include <filesystem>

namespace fm {

/// Copies the teacher's checkpoint into the run, once; from then on the run does not depend on where it came from. An
/// experiment file's run is looked for under the same `runs`, and made or finished if need be.
void prepare_teacher(const RunDirectory& run);

/// Whether a path, such as policy.teacher, names an experiment file.
bool is_experiment(const std::filesystem::path& path);

/// The experiment that policy.teacher names, on the machine and among the runs of its student's.
Experiment teacher_experiment(const Experiment& student);

/// Where the copy lies.
std::filesystem::path teacher_checkpoint(const RunDirectory& run);

/// The best checkpoint of a run directory, or the checkpoint itself.
std::filesystem::path checkpoint_in(const std::filesystem::path& run_or_checkpoint);

}  // namespace fm
