#include "libfm/experiment/preflight.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"
#include "libfm/realtime/realtime_model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

namespace fm {
namespace {

void check_is_there(const char* key, const std::string& path, const char* what) {
  if (!std::filesystem::exists(path)) throw_input_error("{}: there is no {} '{}'", key, what, path);
}

void check_files(const Experiment& e) {
  for (const std::string& file : e.data.files) check_is_there("data.files", file, "file");
  if (e.train.init) check_is_there("train.init", checkpoint_in(*e.train.init).string(), "checkpoint");
  if (!learns_from_teacher(e.policy.name)) return;
  check_is_there("policy.teacher", checkpoint_in(*e.policy.teacher).string(), "run, checkpoint or experiment file");
}

std::shared_ptr<PolicyModel> untrained(const PolicyDescription& description) {
  return make_policy_model(description, RandomStream(0, "init"));
}

/// The teacher with its weights, or as it will be trained; null where its own data will tell its sizes.
std::shared_ptr<PolicyModel> teacher_of(const Experiment& e) {
  if (!is_experiment(*e.policy.teacher)) return load_policy(checkpoint_in(*e.policy.teacher), at::kCPU);
  const Experiment teacher = teacher_experiment(e);
  check_plan(teacher);
  return teacher.has_env() ? untrained(describe_untrained(teacher, make_env(teacher.env).spec)) : nullptr;
}

void check_origins(const Experiment& e, PolicyModel& model) {
  PolicyDescription description = model.description();
  if (e.train.init) load_initial(*e.train.init, description);
  if (!learns_from_teacher(e.policy.name)) return;
  const auto teacher = teacher_of(e);
  if (!teacher) return;
  check_task("policy.teacher: " + *e.policy.teacher, teacher->description(), description);
  model.set_teacher(teacher);
}

/// The densities of policies that have none are refused by whoever is asked for one.
void check_density(const PolicyModel& model) {
  const at::NoGradGuard no_grad;
  const NetworkSizes s = network_sizes(model.description());
  const at::TensorOptions options = model.parameters().front().options();
  const at::Tensor action = at::zeros({1, s.action_horizon, s.actions}, options);
  const Condition condition =
      model.condition(at::zeros({1, s.observation_history, s.observations}, options), at::zeros({1, s.goals}, options));
  model.log_probability(condition, action, action.unsqueeze(0));
}

}  // namespace

void check_plan(const Experiment& e) {
  find_device(e.device);
  check_files(e);
  if (!e.has_env()) return;  // its sizes are those of the data
  check_expert(e.expert, e.env);
  const auto model = untrained(describe_untrained(e, make_env(e.env).spec));
  check_origins(e, *model);
  check_evaluation(e, *model);
}

void check_evaluation(const Experiment& e, PolicyModel& model) {
  std::vector<std::vector<std::string>> points = grid_points(e.eval.grid);
  points.emplace_back();  // the experiment's own, last
  for (const std::vector<std::string>& settings : points) {
    Experiment varied = e;
    apply_overrides(varied, settings);
    model.set_sampler(varied.sampler);
    const RecedingHorizon fits(model.description());
    if (varied.sampler.engine != "libtorch") check_runs_realtime(model.description());
    if (e.eval.log_probability) check_density(model);
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
