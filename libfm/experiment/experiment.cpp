#include "libfm/experiment/experiment.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/env/stepper.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <initializer_list>

namespace fm {
namespace {

constexpr double most_points = 10'000;  ///< of eval.grid

bool is_folder_name(const std::string& name) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; };
  return !name.empty() && name.size() <= 100 && name.front() != '.' && std::all_of(name.begin(), name.end(), plain);
}

class Contradictions {
 public:
  template <class... Args>
  void add(const char* key, fmt::format_string<Args...> format, Args&&... args) {
    add({key}, format, std::forward<Args>(args)...);
  }

  /// @param keys all options that the contradiction is between, first the one that the text is about
  template <class... Args>
  void add(std::initializer_list<const char*> keys, fmt::format_string<Args...> format, Args&&... args) {
    found_.push_back({{keys.begin(), keys.end()}, fmt::format(format, std::forward<Args>(args)...)});
  }

  void add(HorizonProblem problem) {
    found_.push_back({{problem.keys.begin(), problem.keys.end()}, std::move(problem.text)});
  }

  /// Adds the error of `work`, if any. If its text begins with `key`, or with a key below it, it is about that one.
  template <class Work>
  void attempt(const std::string& key, std::vector<std::string> others, const Work& work) {
    try {
      work();
    } catch (const InputError& e) {
      const std::string text = e.what(), begin = text.substr(0, text.find(": "));
      const bool names_key = is_within(begin, key) && begin.size() < text.size();
      others.insert(others.begin(), names_key ? begin : key);
      found_.push_back({std::move(others), names_key ? text.substr(begin.size() + 2) : text});
    }
  }

  std::vector<OptionProblem> take() { return std::move(found_); }

 private:
  std::vector<OptionProblem> found_;
};

void check_against(const Experiment& e, const EnvSpec& spec, Contradictions& found) {
  found.attempt("policy.hidden", {"env.name"}, [&] { visible_inputs(spec, e.policy.hidden); });
  found.attempt("policy.relative", {"env.name"}, [&] { RelativeActions(spec, e.policy.relative); });
  if (e.collect.goal_levels > 0 && e.env.name == "gymnasium" && !spec.goals.empty()) {
    found.add({"collect.goal_levels", "env.name"}, "the goals of environment '{}' cannot be set; set 0", spec.name);
  } else if (e.collect.goal_levels > 0) {
    found.attempt("collect.goal_levels", {"env.name"}, [&] { check_goal_levels(spec); });
  }
  if (!e.eval.goal.empty()) found.attempt("eval.goal", {"env.name"}, [&] { check_goal(spec, e.eval.goal); });
  if (e.collect.uniform_states > 0 && !are_bounded(spec.states)) {
    found.add({"collect.uniform_states", "env.name"}, "environment '{}' has no bounded states to draw from; set 0",
              spec.name);
  }
  if (e.collect.uniform_states > 0 && e.policy.horizon.prediction > 1 && e.data.files.empty()) {
    found.add({"collect.uniform_states", "policy.horizon.prediction", "data.files"},
              "labelled states are followed by no further actions to predict; set 0, or policy.horizon.prediction: 1");
  }
}

/// Finds what concerns several fields, or what bounds cannot express.
std::vector<OptionProblem> contradictions(const Experiment& e) {
  Contradictions found;
  if (!is_folder_name(e.name)) {
    found.add("name",
              "'{}' cannot name the run's folder: use up to 100 letters, digits, '_', '-' and '.', not beginning with "
              "'.'",
              e.name);
  }
  if (!e.has_env() && e.data.files.empty()) {
    found.add({"env.name", "data.files"}, "with none, data.files must name data to train on");
  }
  if (e.has_env() && !e.has_expert() && e.imitates() && e.data.files.empty()) {
    found.add({"expert.name", "data.files"}, "with {}, data.files must name data to train on", no_expert);
  }
  if (!e.imitates() && !e.rl.is_used()) {
    found.add({"train.epochs", "train.steps", "rl.name"},
              "0 leaves nothing to do without reinforcement learning; set epochs, or rl.name");
  }
  if (e.rl.is_used() && !e.has_env()) {
    found.add({"rl.name", "env.name"}, "{} needs an environment, but env.name is '{}'", e.rl.name, no_env);
  }
  if (e.rl.is_used() && e.train.precision == "float64") {
    found.add({"train.precision", "rl.name"}, "reinforcement learning computes in float32; set float32");
  }
  if (!e.data.weights.empty() && e.data.weights.size() != e.data.files.size()) {
    found.add({"data.weights", "data.files"}, "has {} weights for {} data.files; give one for each",
              e.data.weights.size(), e.data.files.size());
  }
  const bool chooses_by_seed = e.env.name == "gymnasium" && e.env.gymnasium.first_seed;
  if (chooses_by_seed && e.train.rollout.every > 0 && e.train.best == "return" && e.imitates()) {
    found.add({"env.gymnasium.first_seed", "train.rollout.every", "train.best"},
              "rollouts in training would begin as the evaluation's episodes, on which the policy would be selected; "
              "set train.rollout.every: 0, or train.best: last");
  }
  if (chooses_by_seed && (e.rl.is_used() || (e.imitates() && e.data.files.empty()))) {
    found.add({"env.gymnasium.first_seed", "rl.name", "data.files"},
              "the episodes that are learned from would begin as the evaluation's; leave it out, or learn from "
              "data.files alone");
  }
  if (e.has_env()) found.attempt("env", {}, [&] { check_against(e, make_env(e.env).spec, found); });
  if (learns_from_teacher(e.policy.name) && !e.policy.teacher) {
    found.add({"policy.teacher", "policy.name"},
              "policy '{}' is trained from another policy: give a run directory, a checkpoint or an experiment file",
              e.policy.name);
  }
  if (e.policy.horizon.largest_delay > 0 && e.data.files.empty() && (e.collect.noise > 0.0 || e.collect.rounds > 0)) {
    found.add({"policy.horizon.largest_delay", "collect.noise", "collect.rounds"},
              "the actions given in training must be those that were executed, which with collect.noise and "
              "collect.rounds are others than the recorded ones; set 0, or collect: {{noise: 0, rounds: 0}}");
  }
  for (HorizonProblem& problem : horizon_problems(e.policy.horizon, e.sampler)) found.add(std::move(problem));
  if (!std::has_single_bit(static_cast<unsigned>(e.policy.shortcut.finest))) {
    found.add("policy.shortcut.finest", "{} is not a power of two, which halving the steps requires",
              e.policy.shortcut.finest);
  }
  if (e.policy.name == "normalising_flow" && e.network.name != NetworkOptions().name) {
    found.add({"network.name", "policy.name"}, "the coupling layers of policy 'normalising_flow' are MLPs; set {}",
              NetworkOptions().name);
  }
  if (e.collect.rounds > 0 && !e.data.files.empty()) {
    found.add({"collect.rounds", "data.files"},
              "nothing is collected if data.files are given; set 0, or give no files");
  }
  if (e.policy.name == "diffusion" && e.policy.diffusion.clip == DiffusionOptions().clip &&
      e.policy.normaliser != PolicyOptions().normaliser) {
    found.add({"policy.diffusion.clip", "policy.normaliser", "policy.name"},
              "{} clips actions that `policy.normaliser: {}` scales beyond it; set a value that no action exceeds, or "
              "normaliser: {}",
              e.policy.diffusion.clip, e.policy.normaliser, PolicyOptions().normaliser);
  }
  if (const auto begin = path_at(e.policy.flow.path, 0.0); begin.alpha > 0.25 * begin.sigma) {
    found.add("policy.flow.path",
              "{} does not begin with noise: alpha = {:.3g}, sigma = {:.3g} at t = 0; widen its range",
              e.policy.flow.path.name, begin.alpha, begin.sigma);
  }
  if (const double points = grid_size(e.eval.grid); points > most_points) {
    found.add("eval.grid", "has {} points, more than {}", points, most_points);
  }
  for (const auto& [key, problem] : sweep_problems(e.sweep)) found.add(key.c_str(), "{}", problem);
  return found.take();
}

/// A run directory's config.yaml may be read later from another working directory.
void make_paths_absolute(Experiment& e) {
  for (std::string& file : e.data.files) file = std::filesystem::absolute(file).lexically_normal().string();
  std::string& python = e.env.gymnasium.python;  // a command is looked for in PATH
  if (python.find('/') != python.npos) python = std::filesystem::absolute(python).lexically_normal().string();
  std::string& clip = e.env.humanoid_motion.clip;
  if (!clip.empty()) clip = std::filesystem::absolute(clip).lexically_normal().string();
  std::string& from = e.expert.policy.from;
  if (!from.empty()) from = std::filesystem::absolute(from).lexically_normal().string();
  if (e.policy.teacher) e.policy.teacher = std::filesystem::absolute(*e.policy.teacher).lexically_normal().string();
  if (e.train.init) e.train.init = std::filesystem::absolute(*e.train.init).lexically_normal().string();
}

}  // namespace

Experiment read_experiment(const std::filesystem::path& file, std::span<const std::string> overrides,
                           Origins* origins) {
  Experiment experiment;
  Origins given = read_yaml<Experiment>(file, overrides, experiment, contradictions);
  if (origins != nullptr) *origins = std::move(given);
  make_paths_absolute(experiment);
  return experiment;
}

Experiment read_recorded(const std::filesystem::path& file) {
  Experiment experiment;
  read_yaml<Experiment>(file, {}, experiment, contradictions, Bases::refused);
  return experiment;
}

Experiment read_configuration(const std::filesystem::path& file) {
  Experiment experiment;
  read_yaml<Experiment>(file, {}, experiment, {}, Bases::refused);
  return experiment;
}

Experiment default_experiment(std::span<const std::string> overrides, Origins* origins) {
  return varied(Experiment(), overrides, origins);
}

Experiment varied(Experiment experiment, std::span<const std::string> settings, Origins* origins) {
  Origins given = apply_overrides<Experiment>(experiment, settings, contradictions);
  if (origins != nullptr) *origins = std::move(given);
  make_paths_absolute(experiment);
  return experiment;
}

}  // namespace fm
