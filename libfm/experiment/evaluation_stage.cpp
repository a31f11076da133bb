#include "libfm/experiment/evaluation_stage.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/evaluation/evaluation_file.hpp"
#include "libfm/evaluation/evaluation_json.hpp"
#include "libfm/experiment/data_agreement.hpp"
#include "libfm/experiment/expert.hpp"
#include "libfm/experiment/preflight.hpp"
#include "libfm/experiment/tensorboard.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/checkpoint.hpp"

#include <algorithm>

namespace fm {
namespace {

/// Seeded apart from collection, so that evaluation does not replay the training episodes' random choices.
PolicyFactory evaluation_expert(const Experiment& e) {
  const std::uint64_t seed = RandomStream(e.eval.seed, "evaluation expert").at(0).bits();
  return expert_of(e, seed);
}

/// Says if only a part of the rows fits into train.memory.
void say_part(const Rows& part, const RowParts& all, const char* what) {
  if (all.parts().size() == 1) return;
  spdlog::info("eval: offline errors take {} of {} {}, as many as train.memory holds", part.size(), all.size(), what);
}

/// All states of other files than the policy was trained on, as far as train.memory holds them.
void add_files(const EvaluationTarget& target, const EnvSpec& policy, EvaluationOptions& options) {
  const Experiment& e = target.experiment;
  Dataset dataset = join_files(matching_files(target.files), e.data.mixed, e.data.choice).dataset;
  dataset.sides.clear();
  const std::string source = fmt::format("{}", fmt::join(target.files, ", "));
  check_data_fits(dataset, policy, source);
  if (!e.data.mixed) check_agrees(dataset.info, policy, source);
  leave_out_short_episodes(e, dataset, false);
  const Split split = split_rows(dataset, 0.0, 1, RandomStream(e.seed, "split"), rows_in_memory(e, dataset));
  options.recorded = *split.train[0];
  say_part(options.recorded, split.train, "rows of data.files");
  options.recorded_states = "states of data.files";
}

/// The recordings that the policy was trained on, and their held-out states. Returns that are all 0 were not recorded.
void add_recorded(const EvaluationTarget& target, EvaluationOptions& options) {
  Dataset dataset = read_dataset(target.data);
  leave_out_short_episodes(target.experiment, dataset, false);
  options.demonstrations = known_returns(dataset);
  const bool zero = std::ranges::all_of(options.demonstrations, [](double r) { return r == 0.0; });
  if (zero) options.demonstrations.clear();
  if (options.make_expert) return;  // whose states the policy is compared in
  const Split split = split_data(target.experiment, dataset);
  options.recorded = *split.validation[0];
  options.training = *split.train[0];
  say_part(options.recorded, split.validation, "held-out rows");
  say_part(options.training, split.train, "training rows, for comparison");
}

/// @param policy the specification of the policy that is evaluated
EvaluationOptions options_for(const EvaluationTarget& target, const EnvSpec& policy) {
  const Experiment& e = target.experiment;
  EvaluationOptions options{.env = e.env.name, .episodes = e.eval.episodes, .seed = e.eval.seed, .goal = e.eval.goal};
  options.density = {e.eval.log_probability, e.eval.probes};
  if (e.has_env()) options.env_factory = make_env(e.env);
  if (e.has_expert()) options.make_expert = evaluation_expert(e);
  if (!target.files.empty()) {
    add_files(target, policy, options);
  } else if (!e.data.files.empty() && std::filesystem::exists(target.data)) {
    add_recorded(target, options);
  }
  return options;
}

std::vector<Variant> evaluate_grid(const std::shared_ptr<PolicyModel>& model, const EvaluationTarget& target,
                                   const EvaluationOptions& options) {
  const auto& [checkpoint, experiment, data, files] = target;
  EvaluationOptions without_details = options;  // what does not depend on the sampler, or is shown for one only
  without_details.training = {};
  without_details.predicted_episodes = 0;
  std::vector<Variant> variants;
  for (const std::vector<std::string>& settings : grid_points(experiment.eval.grid)) {
    Experiment varied = experiment;
    apply_overrides(varied, settings);
    spdlog::info("eval: {}", fmt::join(settings, " "));
    model->set_sampler(varied.sampler);
    without_details.goal = varied.eval.goal;
    variants.push_back({settings, evaluate(*model, make_engine(model, checkpoint), without_details)});
    variants.back().evaluation.policy_episodes.clear();
    variants.back().evaluation.expert_episodes.clear();
  }
  model->set_sampler(experiment.sampler);
  return variants;
}

/// The policy, which fits its environment and sampler.
std::shared_ptr<PolicyModel> load(const EvaluationTarget& target) {
  const Experiment& e = target.experiment;
  std::shared_ptr<PolicyModel> model = load_policy(target.checkpoint, find_device(e.device));
  if (e.has_env()) check_fits("env.name", model->description().spec, make_env(e.env).spec);
  check_evaluation(e, *model);
  model->set_sampler(e.sampler);
  return model;
}

}  // namespace

void check_target(const EvaluationTarget& target) {
  use_memory(target.experiment);
  const auto model = load(target);
  EvaluationOptions unused;
  if (!target.files.empty()) add_files(target, model->description().spec, unused);
}

std::string evaluate_into(const std::filesystem::path& directory, const EvaluationTarget& target) {
  const Experiment& e = target.experiment;
  std::shared_ptr<PolicyModel> model;
  std::string checkpoint_hash;
  do {  // training may replace the file
    checkpoint_hash = hash_file(target.checkpoint);
    model = load(target);
  } while (hash_file(target.checkpoint) != checkpoint_hash);
  const EvaluationOptions options = options_for(target, model->description().spec);
  if (e.has_env()) {
    spdlog::info("eval: {} episodes of policy{}, on {}", e.eval.episodes, e.has_expert() ? " and expert" : "",
                 describe_device(find_device(e.device)));
  }
  Evaluation evaluation = evaluate(*model, make_engine(model, target.checkpoint), options);
  evaluation.checkpoint_hash = checkpoint_hash;
  const std::vector<Variant> variants = evaluate_grid(model, target, options);
  std::filesystem::create_directories(directory);
  write_evaluation_file(directory / "evaluation.h5",
                        {.expert = e.expert.name,
                         .env_factory = options.env_factory,
                         .make_expert = options.make_expert,
                         .model = model,
                         .goal = e.eval.goal},
                        evaluation);
  write_evaluation_events(directory, e, evaluation);
  const std::string summary = summarise(evaluation, variants);
  write_file_atomically(directory / "summary.txt", summary);
  write_file_atomically(directory / "evaluation.json", to_json(evaluation, variants).dump(2) + "\n");
  return summary;
}

void check_demonstration(const Experiment& e) {
  if (!e.has_expert()) throw InputError("demo: needs an environment and an expert (env.name or expert.name is none)");
  check_expert(e);
}

std::string demonstrate_into(const std::filesystem::path& directory, const Experiment& e) {
  const EnvFactory factory = make_env(e.env);
  const PolicyFactory expert = evaluation_expert(e);
  const RandomStream initial(e.eval.seed, "evaluation"), bootstrap(e.eval.seed, "bootstrap");
  Evaluation evaluation{.env = e.env.name, .episodes = e.eval.episodes, .seed = e.eval.seed};
  evaluation.expert_episodes = rollout(factory, expert,
                                       {.episodes = e.eval.episodes,
                                        .initial = initial,
                                        .goal = e.eval.goal,
                                        .states_of = shown_episodes(factory.spec)});
  write_evaluation_file(directory / "demo.h5",
                        {.expert = e.expert.name, .env_factory = factory, .make_expert = expert, .model = nullptr},
                        evaluation);
  return summarise_actor(e.expert.name, actor_metrics(evaluation.expert_episodes, *factory.make(1), bootstrap));
}

}  // namespace fm
