#include "libfm/experiment/teacher.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/folder_lock.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/policy/policy_model.hpp"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace fm {
namespace {

/// Whether the run was made in this environment: of Gymnasium's same packages, with the same motion clip.
bool has_content(const std::filesystem::path& run, const EnvOptions& env) {
  const std::string content = env_content(env);
  if (!std::filesystem::exists(run / "provenance.json")) return content.empty();
  return read_provenance(run).value("env_content", std::string()) == content;
}

/// The configuration as text, without where it runs.
std::string identity(Experiment e) {
  e.threads = 0;
  e.device = "auto";
  return print_yaml(e);
}

/// That of a run; empty for a configuration that this version cannot read.
std::string recorded_identity(const std::filesystem::path& run) {
  try {
    return identity(read_configuration(run / "config.yaml"));
  } catch (const InputError&) {
    return {};
  }
}

/// The newest run of the experiment, whose identity is `wanted`.
std::optional<std::filesystem::path> find_run(const Experiment& e, const std::string& wanted) {
  const std::filesystem::path runs = std::filesystem::absolute(e.runs) / e.name;
  std::optional<std::filesystem::path> newest;
  if (!std::filesystem::is_directory(runs)) return newest;
  for (const auto& entry : std::filesystem::directory_iterator(runs)) {
    if (!std::filesystem::exists(entry.path() / "config.yaml") || (newest && entry.path() < *newest)) continue;
    if (recorded_identity(entry.path()) == wanted && has_content(entry.path(), e.env)) newest = entry.path();
  }
  return newest;
}

std::filesystem::path run_experiment(const Experiment& e) {
  const std::string wanted = identity(e);
  const std::filesystem::path folder = cache_directory(e) / ("teacher_" + hash_text(wanted));
  std::filesystem::create_directories(folder);
  const FileDescriptor lock(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  wait_for_lock(lock, "teacher: waiting for another process that trains it");
  const auto found = find_run(e, wanted);
  const RunDirectory run =
      found ? RunDirectory::open(*found, IfUsed::wait) : RunDirectory::create(e, LastStage::report);
  spdlog::info("teacher: {}", run.path().string());
  run_stages(run);
  return run.best_checkpoint();
}

/// The experiment files that must be run before this experiment.
std::vector<std::filesystem::path> needed_files(const Experiment& e) {
  std::vector<std::filesystem::path> files;
  if (learns_from_teacher(e.policy.name) && e.policy.teacher) files.emplace_back(*e.policy.teacher);
  if (e.has_env() && e.expert.name == trained_policy) files.emplace_back(e.expert.policy.from);
  std::erase_if(files, [](const auto& file) { return !is_experiment(file); });
  return files;
}

/// @param chain the files that have led here
void check_needs_end(const Experiment& e, const std::vector<std::string>& chain) {
  for (const std::filesystem::path& file : needed_files(e)) {
    std::vector<std::string> longer = chain;
    longer.push_back(std::filesystem::weakly_canonical(file).string());
    if (std::ranges::count(chain, longer.back()) > 0) {
      throw_input_error("policy.teacher, expert.policy.from: the teachers have no beginning: {}",
                        fmt::join(longer, " -> "));
    }
    check_needs_end(needed_experiment(file, e), longer);
  }
}

}  // namespace

void check_teachers_end(const Experiment& experiment) { check_needs_end(experiment, {}); }

bool is_experiment(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Experiment needed_experiment(const std::filesystem::path& file, const Experiment& needing) {
  Experiment needed = read_experiment(file, {});
  needed.runs = needing.runs;
  needed.threads = needing.threads;
  needed.device = needing.device;
  return needed;
}

std::filesystem::path trained_checkpoint(const std::filesystem::path& from, const Experiment& needing) {
  if (!is_experiment(from)) return checkpoint_in(from);
  check_teachers_end(needing);
  return run_experiment(needed_experiment(from, needing));
}

std::filesystem::path teacher_checkpoint(const RunDirectory& run) { return run.path() / "teacher.safetensors"; }

std::filesystem::path checkpoint_in(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "checkpoints" / "best.safetensors" : path;
}

void prepare_teacher(const RunDirectory& run) {
  const Experiment& e = run.experiment();
  if (!learns_from_teacher(e.policy.name) || std::filesystem::exists(teacher_checkpoint(run))) return;
  copy_file_atomically(trained_checkpoint(*e.policy.teacher, e), teacher_checkpoint(run));
}

}  // namespace fm
