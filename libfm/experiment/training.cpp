#include "libfm/experiment/training.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/checkpoint_origin.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/recorded_data.hpp"
#include "libfm/model/json_options.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/train/trainer.hpp"

namespace fm {
namespace {

/// The specification of what acts: the environment's, which the data must fit, or the data's own.
EnvSpec spec_of(const Experiment& e, const Dataset& dataset, const std::string& file) {
  if (!e.has_env()) return spec_of_data(dataset, file);
  const EnvSpec spec = make_env(e.env)(1)->spec();
  check_data_fits(dataset, spec, file);
  return spec;
}

PolicyDescription describe(const Experiment& e, const EnvSpec& spec, const Rows& rows) {
  return {.spec = spec,
          .policy = e.policy,
          .network = e.network,
          .sampler = e.sampler,
          .observations = fit_normalisation(e.policy.normaliser, rows.observations),
          .actions = fit_normalisation(e.policy.normaliser, rows.actions),
          .goals = fit_normalisation(e.policy.normaliser, rows.goals)};
}

/// Weights to start from, with the normaliser they were trained with.
std::shared_ptr<PolicyModel> load_initial(const std::string& init, PolicyDescription& description) {
  const std::filesystem::path path(init);
  const auto file = std::filesystem::is_directory(path) ? path / "checkpoints" / "best.safetensors" : path;
  auto model = load_policy(file, at::kCPU);
  const PolicyDescription& theirs = model->description();
  if (theirs.spec.observations.size() != description.spec.observations.size() ||
      theirs.spec.actions.size() != description.spec.actions.size() ||
      theirs.spec.goals.size() != description.spec.goals.size() || theirs.policy.name != description.policy.name ||
      options_to_json(theirs.network) != options_to_json(description.network)) {
    throw_input_error("train.init: {}: its policy, network or sizes differ from this experiment's", file.string());
  }
  description.observations = theirs.observations;
  description.actions = theirs.actions;
  description.goals = theirs.goals;
  return model;
}

/// Rolls a model out from the same starts at every call. The expert is rolled out once.
RolloutScore make_score(const Experiment& e) {
  const EnvFactory make = make_env(e.env);
  const RolloutOptions options{.episodes = e.train.rollout.episodes, .initial = RandomStream(e.seed, "rollout")};
  const auto expert = returns_of(rollout(make, make_expert(e.expert, e.env, cache_directory(e)), options));
  return [=, seed = e.seed](std::shared_ptr<const PolicyModel> model) -> PairedReturns {
    const SerialOperations serial;
    const auto make_policy = [&] { return std::make_unique<ModelPolicy>(model, RandomStream(seed, "rollout noise")); };
    return {.policy = returns_of(rollout(make, make_policy, options)), .expert = expert};
  };
}

}  // namespace

void prepare_data(const RunDirectory& run) {
  const Experiment& e = run.experiment();
  if (std::filesystem::exists(run.data())) return;
  if (!e.data.files.empty()) {
    write_dataset(run.data(), join_files(e.data.files));
    return;
  }
  const std::filesystem::path cached = collect(e);
  std::error_code no_link;
  std::filesystem::create_hard_link(cached, run.data(), no_link);
  if (no_link) std::filesystem::copy_file(cached, run.data());
}

Split split_data(const Experiment& e, const Dataset& dataset) {
  return split_rows(dataset, e.train.validation, RandomStream(e.seed, "split"));
}

void train(const RunDirectory& run) {
  const Experiment& e = run.experiment();
  const std::string file = run.data().string();
  const Dataset dataset = read_dataset(file);
  const EnvSpec spec = spec_of(e, dataset, file);
  Split split = split_data(e, dataset);
  TrainingJob job{.description = describe(e, spec, split.train),
                  .train = std::move(split.train),
                  .validation = std::move(split.validation),
                  .seed = e.seed,
                  .device = find_device(e.device),
                  .directory = run.path(),
                  .rollout = e.has_env() ? make_score(e) : RolloutScore(),
                  .metadata = origin_metadata(e),
                  .initial_weights = nullptr};
  if (e.train.init) job.initial_weights = load_initial(*e.train.init, job.description);
  spdlog::info("train: {} rows, {} held out, {} epochs, on {}", job.train.size(), job.validation.size(), e.train.epochs,
               describe_device(job.device));
  train(e.train, job);
}

}  // namespace fm
