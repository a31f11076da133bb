#include "libfm/experiment/preflight.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"
#include "libfm/realtime/realtime_model.hpp"

namespace fm {
namespace {

void check_exists(const char* key, const std::string& path, const char* what) {
  if (!std::filesystem::exists(path)) throw_input_error("{}: {} '{}' does not exist", key, what, path);
}

void check_files(const Experiment& e) {
  for (const std::string& file : e.data.files) check_exists("data.files", file, "file");
  if (e.train.init) check_exists("train.init", checkpoint_in(*e.train.init).string(), "checkpoint");
  if (!learns_from_teacher(e.policy.name)) return;
  check_exists("policy.teacher", checkpoint_in(*e.policy.teacher).string(), "run, checkpoint or experiment file");
}

std::shared_ptr<PolicyModel> untrained(const PolicyDescription& description) {
  return make_policy_model(description, RandomStream(0, "init"));
}

/// The teacher with its weights or, named by an experiment file, untrained; null if its sizes depend on its data files.
std::shared_ptr<PolicyModel> teacher_of(const Experiment& e) {
  if (!is_experiment(*e.policy.teacher)) return load_policy(checkpoint_in(*e.policy.teacher), at::kCPU);
  const Experiment teacher = teacher_experiment(e);
  preflight(teacher);
  return teacher.has_env() ? untrained(describe_untrained(teacher, make_env(teacher.env).spec)) : nullptr;
}

void check_origins(const Experiment& e, const PolicyModel& model) {
  PolicyDescription description = model.description();
  if (e.train.init) load_initial(*e.train.init, description);
  if (!learns_from_teacher(e.policy.name)) return;
  const auto teacher = teacher_of(e);
  if (!teacher) return;
  check_task("policy.teacher: " + *e.policy.teacher, teacher->description(), description);
  model.check_teacher(*teacher);
}

}  // namespace

void preflight(const Experiment& e) {
  find_device(e.device);
  check_files(e);
  if (!e.has_env()) return;  // the sizes are known only from the data
  check_expert(e.expert, e.env);
  const auto model = untrained(describe_untrained(e, make_env(e.env).spec));
  check_origins(e, *model);
  check_evaluation(e, *model);
}

void check_evaluation(const Experiment& e, const PolicyModel& model) {
  std::vector<std::vector<std::string>> points = grid_points(e.eval.grid);
  points.emplace_back();  // the experiment's own settings
  for (const std::vector<std::string>& settings : points) {
    Experiment varied = e;
    apply_overrides(varied, settings);
    PolicyDescription description = model.description();
    description.sampler = varied.sampler;
    model.check_sampler(varied.sampler);
    const RecedingHorizon fits(description);
    if (varied.sampler.engine != "libtorch") check_runs_realtime(description);
    if (e.eval.log_probability) model.check_density(varied.sampler);
  }
}

std::vector<std::vector<std::string>> grid_points(const SettingGrid& grid) {
  if (grid.axes.empty()) return {};
  std::vector<std::vector<std::string>> points = {{}};
  for (const auto& [key, values] : grid.axes) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& point : points) {
      for (const std::string& value : values) {
        longer.push_back(point);
        longer.back().push_back(key + "=" + value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

}  // namespace fm
