#include "libfm/study/sweep_directory.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/folder_lock.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/experiment/run_directory.hpp"

#include <fcntl.h>

namespace fm {
namespace {

/// The end of the directory's name: what decides the results.
std::string ending(const Experiment& sweep) {
  return fmt::format("_{}", hash_text(print_yaml(sweep) + git_commit()).substr(0, 8));
}

}  // namespace

std::optional<std::filesystem::path> find_sweep(const Experiment& sweep) {
  std::optional<std::filesystem::path> newest;
  if (!std::filesystem::is_directory(runs_folder(sweep))) return newest;
  for (const auto& entry : std::filesystem::directory_iterator(runs_folder(sweep))) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("sweep_") || !name.ends_with(ending(sweep)) || !is_sweep(entry.path())) continue;
    if (!newest || entry.path() > *newest) newest = entry.path();
  }
  return newest;
}

bool is_sweep(const std::filesystem::path& directory) { return std::filesystem::exists(directory / "sweep.yaml"); }

SweepDirectory SweepDirectory::create(const Experiment& sweep, const std::vector<SweepMember>& members, int threads) {
  const std::filesystem::path path = create_timed_directory(runs_folder(sweep), "sweep_", ending(sweep));
  write_file_atomically(path / "sweep.yaml", print_yaml(sweep));
  return {path, sweep, members, threads};
}

SweepDirectory SweepDirectory::open(const std::filesystem::path& given, int threads) {
  const auto path = std::filesystem::absolute(given).lexically_normal();
  if (!is_sweep(path)) {
    throw_input_error("{}: is not a sweep's directory (it contains no sweep.yaml)", given.string());
  }
  const Experiment sweep = read_recorded(path / "sweep.yaml");
  return {path, sweep, sweep_members(sweep), threads};
}

SweepDirectory::SweepDirectory(std::filesystem::path path, Experiment experiment, std::vector<SweepMember> members,
                               int threads)
    : path_(std::move(path)), experiment_(std::move(experiment)), members_(std::move(members)),
      lock_(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC) {
  if (!try_lock(lock_)) throw_input_error("{}: another process is running this sweep", path_.string());
  for (SweepMember& member : members_) {
    if (member.experiment.threads == 0) member.experiment.threads = threads;
    if (std::filesystem::exists(directory_of(member) / "config.yaml")) continue;
    RunDirectory::create_at(directory_of(member), member.experiment, LastStage::report);
  }
}

}  // namespace fm
