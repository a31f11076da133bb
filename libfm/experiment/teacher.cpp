#include "libfm/experiment/teacher.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/folder_lock.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/policy/policy_model.hpp"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace fm {
namespace {

/// The newest run of exactly this configuration.
std::optional<std::filesystem::path> find_run(const Experiment& e) {
  const std::filesystem::path runs = std::filesystem::absolute(e.runs) / e.name;
  std::optional<std::filesystem::path> newest;
  if (!std::filesystem::is_directory(runs)) return newest;
  for (const auto& entry : std::filesystem::directory_iterator(runs)) {
    const auto config = entry.path() / "config.yaml";
    if (!std::filesystem::exists(config) || (newest && entry.path() < *newest)) continue;
    if (read_file(config, 1 << 20) == print_yaml(e)) newest = entry.path();
  }
  return newest;
}

std::filesystem::path run_experiment(const Experiment& e) {
  const std::filesystem::path folder = cache_directory(e) / ("teacher_" + hash_text(print_yaml(e)));
  std::filesystem::create_directories(folder);
  const FileDescriptor lock(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  wait_for_lock(lock, "teacher: waiting for another process that trains it");
  const auto found = find_run(e);
  const RunDirectory run =
      found ? RunDirectory::open(*found, IfUsed::wait) : RunDirectory::create(e, LastStage::report);
  spdlog::info("teacher: {}", run.path().string());
  run_stages(run);
  return run.best_checkpoint();
}

}  // namespace

void check_teachers_end(const Experiment& experiment) {
  std::vector<std::string> chain;
  Experiment e = experiment;
  while (learns_from_teacher(e.policy.name) && e.policy.teacher && is_experiment(*e.policy.teacher)) {
    const std::string file = std::filesystem::weakly_canonical(*e.policy.teacher).string();
    const bool again = std::ranges::find(chain, file) != chain.end();
    chain.push_back(file);
    if (again) throw_input_error("policy.teacher: the teachers have no beginning: {}", fmt::join(chain, " -> "));
    e = teacher_experiment(e);
  }
}

bool is_experiment(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Experiment teacher_experiment(const Experiment& student) {
  Experiment teacher = read_experiment(*student.policy.teacher, {});
  teacher.runs = student.runs;
  teacher.threads = student.threads;
  teacher.device = student.device;
  return teacher;
}

std::filesystem::path teacher_checkpoint(const RunDirectory& run) { return run.path() / "teacher.safetensors"; }

std::filesystem::path checkpoint_in(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "checkpoints" / "best.safetensors" : path;
}

void prepare_teacher(const RunDirectory& run) {
  const Experiment& e = run.experiment();
  if (!learns_from_teacher(e.policy.name) || std::filesystem::exists(teacher_checkpoint(run))) return;
  check_teachers_end(e);
  const auto checkpoint =
      is_experiment(*e.policy.teacher) ? run_experiment(teacher_experiment(e)) : checkpoint_in(*e.policy.teacher);
  copy_file_atomically(checkpoint, teacher_checkpoint(run));
}

}  // namespace fm
