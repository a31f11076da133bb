#include "libfm/experiment/dagger.hpp"

#include "libfm/core/log.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/expert.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"

namespace fm {
namespace {

std::filesystem::path last_checkpoint(const std::filesystem::path& round) {
  return round / "checkpoints" / "last.safetensors";
}

void train_student(const Experiment& e, const RunDirectory& run, const Dataset& dataset,
                   const std::filesystem::path& round, const std::filesystem::path& previous) {
  Experiment student = e;
  student.train.epochs = e.collect.round_epochs;
  student.train.steps = 0;
  student.train.rollout.every = 0;
  student.train.best = "loss";
  if (std::filesystem::exists(last_checkpoint(previous))) student.train.init = last_checkpoint(previous).string();
  train(student.train, training_job(student, run, dataset, round));
}

/// The states that the student visits, labelled with the expert's actions. The student acts at temperature 1, from the
/// full distribution that it learned, so that states which the final policy rarely reaches are labelled too. A student
/// of a teacher is tied to the temperature that it was trained at, and keeps it.
std::vector<Episode> label_student(const Experiment& e, const std::filesystem::path& round, int number) {
  const SerialOperations serial;
  const std::shared_ptr<PolicyModel> student = load_policy(last_checkpoint(round), find_device(e.device));
  SamplerOptions sampler = e.sampler;
  if (!learns_from_teacher(e.policy.name)) sampler.temperature = 1.0;
  student->set_sampler(sampler);
  const RandomStream noise(e.seed, "student's noise");
  const std::int64_t before = e.collect.episodes + (number - 1) * e.collect.round_episodes;
  return rollout(make_env(e.env), [&] { return std::make_unique<ModelPolicy>(student, noise); },
                 {.episodes = e.collect.round_episodes,
                  .first_episode = static_cast<std::uint64_t>(before),
                  .initial = RandomStream(e.seed, "collect"),
                  .label = labeller_of(e, e.seed),
                  .goal_levels = e.collect.goal_levels});
}

}  // namespace

std::vector<std::string> collect_in_rounds(const RunDirectory& run, const std::filesystem::path& expert_data) {
  const Experiment& e = run.experiment();
  std::vector<std::string> files = {expert_data.string()};
  for (int number = 1; number <= e.collect.rounds; ++number) {
    const std::filesystem::path rounds = run.path() / "rounds", round = rounds / std::to_string(number);
    const std::filesystem::path file = round / "data.h5";
    if (!std::filesystem::exists(file)) {
      spdlog::info("round {} of {}", number, e.collect.rounds);
      std::filesystem::create_directories(round);
      Dataset dataset = join_files(files, false).dataset;
      leave_out_short_episodes(e, dataset, true);
      train_student(e, run, dataset, round, rounds / std::to_string(number - 1));
      const std::vector<Episode> episodes = label_student(e, round, number);
      spdlog::info("round {} of {}: the student's return is {:.2f}", number, e.collect.rounds,
                   mean(returns_of(episodes)));
      write_dataset(file, {.info = dataset_info(e), .episodes = episodes, .uniform_states = {}});
    }
    files.push_back(file.string());
  }
  return files;
}

}  // namespace fm
