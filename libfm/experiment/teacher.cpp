#include "libfm/experiment/teacher.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/policy/policy_model.hpp"

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
  const auto found = find_run(e);
  const RunDirectory run = found ? RunDirectory::open(*found) : RunDirectory::create(e, LastStage::report);
  spdlog::info("teacher: {}", run.path().string());
  run_stages(run);
  return run.best_checkpoint();
}

}  // namespace

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
  const auto checkpoint =
      is_experiment(*e.policy.teacher) ? run_experiment(teacher_experiment(e)) : checkpoint_in(*e.policy.teacher);
  write_file_atomically(teacher_checkpoint(run), read_file(checkpoint, std::size_t{1} << 32));
}

}  // namespace fm
