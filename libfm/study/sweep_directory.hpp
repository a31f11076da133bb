#pragma once
// A sweep's directory RUNS/NAME/sweep_TIME_HASH/: sweep.yaml, and the run directory of every member.

#include "libfm/core/file_descriptor.hpp"
#include "libfm/study/sweep_members.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace fm {

/// The newest directory of a sweep with this configuration.
/// @throws InputError if another version of the program has begun it
std::optional<std::filesystem::path> find_sweep(const Experiment& sweep);

/// The configuration of a sweep's directory, which someone else may have written: nothing that it names is opened or run.
/// @throws InputError if it is invalid; MachineError if reading fails
Experiment read_sweep(const std::filesystem::path& directory);

/// Whether a directory is a sweep's.
bool is_sweep(const std::filesystem::path& directory);

/// Holds an exclusive lock on the directory as long as it lives.
class SweepDirectory {
 public:
  /// Creates a directory with all members.
  /// @param threads of each member, unless the sweep gives a number
  /// @throws std::filesystem::filesystem_error or MachineError if it cannot be written
  static SweepDirectory create(const Experiment& sweep, const std::vector<SweepMember>& members, int threads);

  /// Opens a directory; members that a kill has left out are created.
  /// @throws InputError if it is not a sweep's, another process is using it, or a member is not that of sweep.yaml;
  /// MachineError if reading fails
  static SweepDirectory open(const std::filesystem::path& path, int threads);

  const std::filesystem::path& path() const { return path_; }
  const Experiment& experiment() const { return experiment_; }
  const std::vector<SweepMember>& members() const { return members_; }
  std::filesystem::path directory_of(const SweepMember& member) const { return path_ / member.name; }

 private:
  SweepDirectory(std::filesystem::path path, Experiment experiment, std::vector<SweepMember> members, int threads);

  std::filesystem::path path_;
  Experiment experiment_;
  std::vector<SweepMember> members_;
  FileDescriptor lock_;
};

}  // namespace fm
