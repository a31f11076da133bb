#include "libfm/experiment/training.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/checkpoint_origin.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/dagger.hpp"
#include "libfm/experiment/expert.hpp"
#include "libfm/experiment/preflight.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/train/trainer.hpp"

#include <cmath>
#include <limits>

namespace fm {
namespace {

PolicyDescription describe(const Experiment& e, const EnvSpec& spec, const RowParts& parts) {
  PolicyDescription description = describe_untrained(e, spec);
  NormalisationFit observations(e.policy.normaliser, e.policy.quantile), actions = observations, goals = observations;
  for (std::size_t part = 0; part < parts.parts().size(); ++part) {
    const std::shared_ptr<const Rows> rows = parts[part];
    observations.add(rows->observations);
    actions.add(predicted_actions(*rows, description));
    goals.add(rows->goals);
  }
  description.observations = observations.result();
  description.actions = actions.result();
  description.goals = goals.result();
  return description;
}

/// A policy's observations, goals and actions as text, for comparison and for errors.
std::string task_of(const PolicyDescription& d) {
  const auto names = [](const std::vector<Dimension>& of) {
    return fmt::format("[{}]", fmt::join(names_of(of), ", "));
  };
  return fmt::format(
      "observations {} without [{}], history {}, goals {}, actions {} relative to {}, prediction horizon {}",
      names(d.spec.observations), fmt::join(d.policy.hidden, ", "), d.policy.horizon.observations, names(d.spec.goals),
      names(d.spec.actions), d.policy.relative.value.dump(), d.policy.horizon.prediction);
}

/// Weights are valid only with the normaliser that they were trained with.
void take_normaliser(const PolicyDescription& from, PolicyDescription& to) {
  to.observations = from.observations;
  to.actions = from.actions;
  to.goals = from.goals;
}

std::shared_ptr<PolicyModel> load_teacher(const Experiment& e, const std::filesystem::path& file,
                                          PolicyDescription& description) {
  auto teacher = load_policy(file, find_device(e.device));
  check_task("policy.teacher: " + *e.policy.teacher, teacher->description(), description);
  teacher->to(e.train.precision == "float64" ? at::kDouble : at::kFloat);
  take_normaliser(teacher->description(), description);
  return teacher;
}

}  // namespace

RolloutScore make_score(const Experiment& e) {
  const EnvFactory make = make_env(e.env);
  const RolloutOptions options{.episodes = e.train.rollout.episodes, .initial = RandomStream(e.seed, "rollout")};
  const auto expert = e.has_expert() ? returns_of(rollout(make, expert_of(e, e.seed), options)) : std::vector<double>();
  return [=, seed = e.seed](std::shared_ptr<const PolicyModel> model) -> PairedReturns {
    const SerialOperations serial;
    const auto make_policy = [&] { return std::make_unique<ModelPolicy>(model, RandomStream(seed, "rollout noise")); };
    return {.policy = returns_of(rollout(make, make_policy, options)), .expert = expert};
  };
}

void check_task(const std::string& place, const PolicyDescription& theirs, const PolicyDescription& ours) {
  if (task_of(theirs) == task_of(ours)) return;
  throw_input_error("{}: was trained for {}; this experiment has {}", place, task_of(theirs), task_of(ours));
}

std::shared_ptr<PolicyModel> load_initial(const std::string& init, PolicyDescription& description) {
  const auto file = checkpoint_in(init);
  auto model = load_policy(file, at::kCPU);
  const PolicyDescription& theirs = model->description();
  check_task("train.init: " + file.string(), theirs, description);
  if (theirs.policy.name != description.policy.name || theirs.policy.flow.target != description.policy.flow.target ||
      options_to_json(theirs.policy.flow.path) != options_to_json(description.policy.flow.path) ||
      options_to_json(theirs.network) != options_to_json(description.network) ||
      !same_sizes(*model, *make_policy_model(description, RandomStream(0, "init")))) {
    throw_input_error("train.init: {}: its policy, path, target or network differ from this experiment's",
                      file.string());
  }
  take_normaliser(theirs, description);
  return model;
}

PolicyDescription describe_untrained(const Experiment& e, const EnvSpec& spec) {
  PolicyOptions policy = resolved(e.policy);
  policy.teacher.reset();
  return {.spec = spec,
          .policy = policy,
          .network = e.network,
          .sampler = e.sampler,
          .observations = identity_normalisation(spec.observations.size()),
          .actions = identity_normalisation(spec.actions.size()),
          .goals = identity_normalisation(spec.goals.size())};
}

void prepare_data(const RunDirectory& run) {
  const Experiment& e = run.experiment();
  if (std::filesystem::exists(run.data())) return;
  if (!e.data.files.empty()) {
    write_dataset(run.data(), read_user_data(e, true));
    return;
  }
  const std::filesystem::path cached = collect(e);
  if (e.collect.rounds > 0) {
    write_dataset(run.data(), join_files(collect_in_rounds(run, cached), false).dataset);
    return;
  }
  std::error_code no_link;
  std::filesystem::create_hard_link(cached, run.data(), no_link);
  if (no_link) return copy_file_atomically(cached, run.data());
  std::filesystem::remove(run.data().string() + ".tmp", no_link);  // of a copy that was killed
}

std::int64_t rows_in_memory(const Experiment& e, const Dataset& dataset) {
  if (dataset.episodes.empty()) return std::numeric_limits<std::int64_t>::max();
  const auto first = dataset.episodes.front();
  const Eigen::Index actions = first->actions.cols();
  auto numbers = static_cast<double>(first->observations.cols() + first->goals.cols() + actions);
  // Relative actions are computed for each prediction, twice in float64.
  if (!e.policy.relative.value.empty()) numbers += static_cast<double>(2 * e.policy.horizon.prediction * actions);
  const double places = 2.0;  // of its episode's first and last row
  // Numbers are read in float64 and trained on in float32.
  const double bytes = numbers * (sizeof(double) + sizeof(float)) + 2.0 * places * sizeof(std::int64_t);
  return std::max<std::int64_t>(1, std::llround(std::ldexp(e.train.memory, 30) / bytes));
}

Split split_data(const Experiment& e, const Dataset& dataset) {
  Split split = split_rows(dataset, e.train.validation, e.policy.horizon.prediction, RandomStream(e.seed, "split"),
                           rows_in_memory(e, dataset));
  if (split.train.size() == 0) {
    throw_input_error("data: all {} episodes are held out (held_out: 1, or the mask 'valid'); none is left to train on",
                      dataset.episodes.size());
  }
  return split;
}

TrainingJob training_job(const Experiment& e, const RunDirectory& run, const Dataset& dataset,
                         const std::filesystem::path& directory) {
  const std::string source =
      e.data.files.empty() ? run.data().string() : fmt::format("{}", fmt::join(e.data.files, ", "));
  const EnvSpec spec = spec_for(e, dataset, source);
  Split split = split_data(e, dataset);
  TrainingJob job{.description = describe(e, spec, split.train),
                  .train = std::move(split.train),
                  .validation = std::move(split.validation),
                  .seed = e.seed,
                  .device = find_device(e.device),
                  .directory = directory,
                  .rollout = e.has_env() && e.train.rollout.every > 0 ? make_score(e) : RolloutScore(),
                  .metadata = origin_metadata(e),
                  .initial_weights = nullptr,
                  .teacher = nullptr};
  check_evaluation(e, *make_policy_model(job.description, RandomStream(0, "init")));
  if (learns_from_teacher(e.policy.name)) job.teacher = load_teacher(e, teacher_checkpoint(run), job.description);
  if (e.train.init) job.initial_weights = load_initial(*e.train.init, job.description);
  const std::string length =
      e.train.steps > 0 ? fmt::format("{} steps", e.train.steps) : fmt::format("{} epochs", e.train.epochs);
  spdlog::info("train: {} rows, {} held out, {}, on {}", job.train.size(), job.validation.size(), length,
               describe_device(job.device));
  if (const std::size_t parts = job.train.parts().size(); parts > 1) {
    spdlog::info("train: the rows are more than train.memory: {} GiB holds; they are read in {} parts", e.train.memory,
                 parts);
  }
  return job;
}

void train(const RunDirectory& run) {
  Dataset dataset = read_dataset(run.data().string());
  leave_out_short_episodes(run.experiment(), dataset, true);
  train(run.experiment().train, training_job(run.experiment(), run, dataset, run.imitation()));
}

}  // namespace fm
