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

/// What the name of the sweep's directories has behind the time.
std::string ending(const Experiment& sweep) { return fmt::format("_{}", hash_text(print_yaml(sweep)).substr(0, 8)); }

/// A directory's name without the -2, -3 ... of those that began in the same second.
std::string without_number(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  const bool is_number = dash > name.rfind('_') && dash + 1 < name.size();
  return is_number && dash != name.npos ? name.substr(0, dash) : name;
}

void check_version(const std::filesystem::path& sweep, const SweepMember& member) {
  const std::filesystem::path run = sweep / member.name;
  if (!std::filesystem::exists(run / "provenance.json")) return;
  const std::string begun_by = read_provenance(run).value("git_commit", "");
  if (begun_by == git_commit()) return;
  throw_input_error(
      "{}: was begun by commit {} of libfm, and this is {}; fm sweep {} continues it, --new begins another",
      sweep.string(), begun_by, git_commit(), sweep.string());
}

/// @throws InputError if a member's run differs from what sweep.yaml says, in more than how long it is and where it runs
void check_member(const std::filesystem::path& run, const SweepMember& member) {
  std::vector<std::string> settings = differences(member.experiment, read_configuration(run / "config.yaml"));
  std::erase_if(settings, [](const std::string& setting) { return is_changeable(setting); });
  if (settings.empty()) return;
  throw_input_error("{}: differs from sweep.yaml, which has been edited: {}; undo the edit, or begin a new sweep",
                    run.string(), fmt::join(settings, ", "));
}

}  // namespace

std::optional<std::filesystem::path> find_sweep(const Experiment& sweep) {
  std::optional<std::filesystem::path> newest;
  if (!std::filesystem::is_directory(runs_folder(sweep))) return newest;
  for (const auto& entry : std::filesystem::directory_iterator(runs_folder(sweep))) {
    const std::string name = without_number(entry.path().filename().string());
    if (!name.starts_with("sweep_") || !name.ends_with(ending(sweep)) || !is_sweep(entry.path())) continue;
    if (!newest || entry.path() > *newest) newest = entry.path();
  }
  if (newest) check_version(*newest, sweep_members(sweep).front());
  return newest;
}

Experiment read_sweep(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "sweep.yaml";
  Experiment sweep = read_configuration(file);
  for (const auto& [key, problem] : sweep_problems(sweep.sweep)) {
    throw_input_error("{}: {}: {}", file.string(), key, problem);
  }
  return sweep;
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
    if (std::filesystem::exists(directory_of(member) / "config.yaml")) {
      check_member(directory_of(member), member);
      continue;
    }
    RunDirectory::create_at(directory_of(member), member.experiment, LastStage::report);
  }
}

}  // namespace fm
