#include "libfm/experiment/preflight.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/env/stepper.hpp"
#include "libfm/experiment/expert.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy_spec/rate_limit.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"
#include "libfm/realtime/realtime_model.hpp"
#include "libfm/rl/actor.hpp"

#include <algorithm>

namespace fm {
namespace {

void check_exists(const char* key, const std::string& path, const char* what) {
  if (!std::filesystem::exists(path)) throw_input_error("{}: {} '{}' does not exist", key, what, path);
}

/// The nearest part of the path that exists must be a folder.
void check_runs(const std::string& runs) {
  std::filesystem::path path = std::filesystem::absolute(runs).lexically_normal();
  while (!std::filesystem::exists(path) && path.has_relative_path()) path = path.parent_path();
  if (std::filesystem::is_directory(path)) return;
  throw_input_error("runs: '{}' is a file; give a folder, which is created if needed", path.string());
}

void check_files(const Experiment& e) {
  for (const std::string& file : matching_files(e.data.files)) check_exists("data.files", file, "file");
  if (e.train.init) check_exists("train.init", checkpoint_in(*e.train.init).string(), "checkpoint");
  if (!learns_from_teacher(e.policy.name)) return;
  check_exists("policy.teacher", checkpoint_in(*e.policy.teacher).string(), "run, checkpoint or experiment file");
}

std::shared_ptr<PolicyModel> untrained(const PolicyDescription& description) {
  return make_policy_model(description, RandomStream(0, "init"));
}

std::shared_ptr<PolicyModel> checked(const Experiment& e, bool warn, CheckedData& known);

/// The teacher with its weights or, named by an experiment file, untrained.
std::shared_ptr<PolicyModel> teacher_of(const Experiment& e, CheckedData& known) {
  if (!is_experiment(*e.policy.teacher)) return load_policy(checkpoint_in(*e.policy.teacher), at::kCPU);
  const Experiment needed = needed_experiment(*e.policy.teacher, e);
  try {
    return checked(needed, false, known);
  } catch (const InputError& error) {
    throw_input_error("policy.teacher: {}: {}", *e.policy.teacher, error.what());
  }
}

void check_origins(const Experiment& e, const PolicyModel& model, CheckedData& known) {
  PolicyDescription description = model.description();
  if (e.train.init) load_initial(*e.train.init, description);
  if (!learns_from_teacher(e.policy.name)) return;
  const auto teacher = teacher_of(e, known);
  check_task("policy.teacher: " + *e.policy.teacher, teacher->description(), description);
  model.check_teacher(*teacher);
}

/// Whether reading and checking the data is the same for both.
bool have_same_data(const Experiment& a, const Experiment& b) {
  const auto matters = [](const std::string& setting) {
    return setting.starts_with("data.") || setting.starts_with("env.") || setting.starts_with("policy.horizon.");
  };
  return std::ranges::none_of(differences(a, b), matters);
}

/// The environment's specification, or that of the data.
EnvSpec spec_of(const Experiment& e, bool warn, CheckedData& known) {
  if (e.data.files.empty()) return make_env(e.env).spec;
  const auto found = std::ranges::find_if(known, [&](const auto& other) { return have_same_data(other.first, e); });
  if (found != known.end()) return found->second;
  Dataset data = read_user_data(e, warn);
  leave_out_short_episodes(e, data, warn);
  return known.emplace_back(e, spec_for(e, data, e.data.files.front())).second;
}

/// Weights, gradients, the optimiser's two moments and the average.
void check_memory(const PolicyModel& model) {
  constexpr double bytes = 5 * 4.0;
  const auto count = static_cast<double>(parameter_count(model));
  if (count * bytes <= physical_memory()) return;
  throw_input_error("network: training its {:.3g} parameters takes {:.0f} GB, but this machine has {:.0f} GB of memory",
                    count, count * bytes / 1e9, physical_memory() / 1e9);
}

/// The value network with its gradients and moments, the steps of an iteration as numbers and tensors, and the actions of
/// the running episodes.
/// @param record numbers that the actor keeps of a step
void check_rl_memory(const RlOptions& rl, const EnvSpec& spec, std::int64_t record) {
  const auto inputs = static_cast<double>(spec.observations.size() + spec.goals.size()),
             actions = static_cast<double>(spec.actions.size());
  const double parameters = parameter_count({.mlp = {rl.critic.hidden}},
                                            {.observations = static_cast<int>(inputs), .times = 0, .outputs = 1});
  const double bytes = 16.0 * parameters +
                       static_cast<double>(rl.rows()) * (2.0 * inputs + static_cast<double>(record)) * 16.0 +
                       8.0 * actions * rl.copies * spec.horizon;
  if (bytes <= physical_memory()) return;
  throw_input_error(
      "rl: takes {:.0f} GB with these rl.copies, rl.segment, rl.critic.hidden and rl.fpo.pairs, but this machine has "
      "{:.0f} GB of memory",
      bytes / 1e9, physical_memory() / 1e9);
}

/// Sets the goal in a copy of the environment, which may refuse it.
void check_evaluation_goal(const Experiment& e) {
  if (!e.has_env()) throw InputError("eval.goal: there are no episodes without an environment; leave it empty");
  const std::unique_ptr<VectorEnv> env = make_env(e.env).make(1);
  env->reset(std::vector{0}, std::vector<std::uint64_t>{0}, RandomStream(0, "preflight"));
  set_goal(*env, std::vector{0}, e.eval.goal);
}

void check_sampling(const Experiment& e, const PolicyModel& model) {
  PolicyDescription description = model.description();
  description.sampler = e.sampler;
  model.check_sampler(e.sampler);
  const RecedingHorizon fits(description);
  const RateLimit limits(description);
  if (e.sampler.engine != "libtorch") check_runs_realtime(description);
  if (!e.eval.goal.empty()) check_evaluation_goal(e);
  if (e.eval.log_probability) model.check_density(e.sampler);
}

/// Checks the experiment. @return its model, untrained
std::shared_ptr<PolicyModel> checked(const Experiment& e, bool warn, CheckedData& known) {
  use_memory(e);
  check_device(e.device);
  check_runs(e.runs);
  check_files(e);
  const EnvSpec spec = spec_of(e, warn, known);
  if (e.has_expert()) check_expert(e);
  const auto model = untrained(describe_untrained(e, spec));
  check_memory(*model);
  check_origins(e, *model, known);
  if (e.rl.is_used()) {
    check_rl_memory(e.rl, spec, make_actor(e.rl, model, RandomStream(e.seed, "init"))->record_size());
  }
  check_evaluation(e, *model);
  return model;
}

}  // namespace

void preflight(const Experiment& e, bool warn, CheckedData& known) {
  check_teachers_end(e);
  checked(e, warn, known);
}

void preflight(const Experiment& e, bool warn) {
  CheckedData none;
  preflight(e, warn, none);
}

void check_evaluation(const Experiment& e, const PolicyModel& model) {
  check_sampling(e, model);
  for (const std::vector<std::string>& settings : grid_points(e.eval.grid)) {
    Experiment varied = e;
    apply_overrides(varied, settings);
    try {
      check_sampling(varied, model);
    } catch (const InputError& error) {
      throw_input_error("eval.grid: at {}: {}", fmt::join(settings, ", "), error.what());
    }
  }
}

}  // namespace fm
