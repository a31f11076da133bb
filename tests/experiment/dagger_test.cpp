#include "libfm/experiment/dagger.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/data/parts.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/policy/model_policy.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/experiment/tiny_experiment.hpp"

#include <ATen/TensorOperators.h>

#include <cmath>
#include <set>
#include <span>

namespace {

namespace fs = std::filesystem;

/// An expert that is a function of the observation, so that its labels can be asked for again.
fm::Experiment in_rounds(const TemporaryFolder& folder, const std::vector<std::string>& more = {}) {
  std::vector<std::string> settings = {"expert.name=optimal", "collect.rounds=2", "collect.round_episodes=2",
                                       "collect.round_epochs=1", "sampler.temperature=0.25"};
  settings.insert(settings.end(), more.begin(), more.end());
  return fm::test::tiny_experiment(folder.path(), settings);
}

std::vector<std::uint64_t> indices_of(const fm::Dataset& dataset) {
  std::vector<std::uint64_t> indices;
  for (const fm::Episode& e : dataset.episodes) indices.push_back(e.index);
  return indices;
}

/// What the expert does in each row of an episode's observations, the last left out.
fm::Matrix expert_actions(const fm::Experiment& e, const fm::Episode& episode) {
  const std::unique_ptr<fm::Policy> expert = fm::make_expert(e.expert, e.env, fm::cache_directory(e), e.seed)();
  const Eigen::Index rows = episode.steps();
  std::vector<int> all(static_cast<std::size_t>(rows));
  std::vector<std::uint32_t> steps(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i), steps[i] = static_cast<std::uint32_t>(i);
  const std::vector<std::uint64_t> episodes(all.size(), episode.index);
  expert->reset(static_cast<int>(rows), all);
  const fm::Matrix observations = episode.observations.topRows(rows), goals(rows, 0);
  fm::PolicyOutput output;
  expert->act({observations, goals, episodes, steps}, output);
  return output.actions;
}

/// The same starts, with the student alone, at this temperature.
std::vector<fm::Episode> student_alone(const fm::Experiment& e, const fs::path& round, std::uint64_t first,
                                       double temperature) {
  const auto student = fm::load_policy(round / "checkpoints" / "last.safetensors", at::kCPU);
  fm::SamplerOptions sampler = e.sampler;
  sampler.temperature = temperature;
  student->set_sampler(sampler);
  const fm::RandomStream noise(e.seed, "student's noise");
  return fm::rollout(fm::make_env(e.env), [&] { return std::make_unique<fm::ModelPolicy>(student, noise); },
                     {.episodes = 2, .first_episode = first, .initial = fm::RandomStream(e.seed, "collect")});
}

}  // namespace

CATCH_TEST_CASE("a collection is made once, and rounds do not make it anew", "[collect]") {
  const TemporaryFolder folder;
  const fs::path file = fm::collect(in_rounds(folder));
  const auto time = fs::last_write_time(file);
  CATCH_CHECK(fm::collect(in_rounds(folder, {"collect.rounds=0", "train.epochs=7"})) == file);
  CATCH_CHECK(fs::last_write_time(file) == time);
  CATCH_CHECK(fm::collect(in_rounds(folder, {"collect.noise=0"})) != file);
  CATCH_CHECK(fm::collect(in_rounds(folder, {"seed=1"})) != file);
  const fm::Dataset dataset = fm::read_dataset(file);
  CATCH_CHECK(indices_of(dataset) == std::vector<std::uint64_t>{0, 1});
  CATCH_CHECK(dataset.info == fm::dataset_info(in_rounds(folder)));
}

CATCH_TEST_CASE("states drawn one by one lie within their bounds, labelled by the expert", "[collect]") {
  const TemporaryFolder folder;
  const fm::Experiment e = in_rounds(folder, {"collect.uniform_states=500"});
  const fm::LabelledStates states = fm::read_dataset(fm::collect(e)).uniform_states;
  CATCH_REQUIRE(states.actions.rows() == 500);
  fm::Episode as_episode;
  as_episode.observations = fm::Matrix::Zero(501, 3);
  as_episode.observations.topRows(500) = states.observations;
  as_episode.actions = states.actions;
  CATCH_CHECK(states.actions == expert_actions(e, as_episode));
  const fm::Matrix circle = states.observations.leftCols(2).rowwise().squaredNorm();
  CATCH_CHECK((circle.array() - 1).abs().maxCoeff() < 1e-5F);
  const auto speeds = states.observations.col(2).cast<double>() / 8;  // uniform from -1 to 1
  CATCH_CHECK(speeds.cwiseAbs().maxCoeff() <= 1.0);
  CATCH_CHECK(std::abs(speeds.mean()) < 5 / std::sqrt(3.0 * 500));
  CATCH_CHECK(std::abs(speeds.squaredNorm() / 500 - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / 500));
}

CATCH_TEST_CASE("a collection goes on around the parts that are there, and ends with the same bytes", "[collect]") {
  const TemporaryFolder folder;
  const fm::Experiment e = in_rounds(folder, {"collect.rounds=0", "collect.episodes=40"});
  const fs::path file = fm::collect(e);
  const std::string whole = fm::read_file(file, 1 << 24);
  const fm::Dataset dataset = fm::read_dataset(file);
  const std::vector<fm::Episode> episodes(dataset.episodes.begin(), dataset.episodes.end());
  for (const std::size_t begin : {3, 17, 38}) {
    fm::write_part(file.parent_path() / "parts", dataset.info, std::span(episodes).subspan(begin, 2));
  }
  fs::remove(file);
  CATCH_CHECK(fm::collect(e) == file);
  CATCH_CHECK(fm::read_file(file, 1 << 24) == whole);
  CATCH_CHECK_FALSE(fs::exists(file.parent_path() / "parts"));
}

CATCH_TEST_CASE("goals are drawn from as many values as are asked for, in episodes and in states", "[collect]") {
  const TemporaryFolder folder;
  const fm::Experiment e =
      in_rounds(folder, {"env.name=pendulum_target", "expert.name=target_lqr", "collect.rounds=0",
                         "collect.goal_levels=3", "collect.uniform_states=50", "collect.episodes=20"});
  const fm::Dataset dataset = fm::read_dataset(fm::collect(e));
  const fm::Dimension goal = fm::make_env(e.env).spec.goals[0];
  const std::set<double> expected = {goal.low, (goal.low + goal.high) / 2, goal.high};
  const auto rounded = [](double value) { return std::round(1e6 * value) / 1e6; };
  std::set<double> wanted, in_episodes, in_states;
  for (const double value : expected) wanted.insert(rounded(value) + 0.0);
  for (const fm::Episode& episode : dataset.episodes) in_episodes.insert(rounded(episode.goals(0, 0)) + 0.0);
  for (const double value : dataset.uniform_states.goals.col(0)) in_states.insert(rounded(value) + 0.0);
  CATCH_CHECK(in_episodes == wanted);
  CATCH_CHECK(in_states == wanted);
}

CATCH_TEST_CASE("in each round the student acts and the expert labels", "[dagger]") {
  const TemporaryFolder folder;
  const fm::Experiment e = in_rounds(folder);
  const auto run = fm::RunDirectory::create(e, fm::LastStage::train);
  const fs::path expert_data = fm::collect(e);
  const auto files = fm::collect_in_rounds(run, expert_data);
  const fs::path rounds = run.path() / "rounds";
  CATCH_REQUIRE(files == std::vector<std::string>{expert_data.string(), (rounds / "1" / "data.h5").string(),
                                                  (rounds / "2" / "data.h5").string()});
  std::set<double> starts;
  for (const fm::Episode& episode : fm::read_dataset(expert_data).episodes) starts.insert(episode.states(0, 0));
  for (std::uint64_t number = 1; number <= 2; ++number) {
    const fs::path round = rounds / std::to_string(number);
    const fm::Dataset dataset = fm::read_dataset(round / "data.h5");
    const std::uint64_t first = 2 * number;
    CATCH_CHECK(indices_of(dataset) == std::vector<std::uint64_t>{first, first + 1});
    const auto alone = student_alone(e, round, first, 1.0), cool = student_alone(e, round, first, 0.25);
    for (std::size_t i = 0; i < 2; ++i) {
      const fm::Episode episode = *dataset.episodes[i];
      CATCH_REQUIRE(episode.steps() == 20);
      CATCH_CHECK(episode.actions == expert_actions(e, episode));
      CATCH_CHECK(episode.executed() == alone[i].actions);
      CATCH_CHECK(episode.states == alone[i].states);
      CATCH_CHECK(episode.executed() != cool[i].actions);  // the student acts by all that it learned
      CATCH_CHECK(episode.executed() != episode.actions);
      starts.insert(episode.states(0, 0));
    }
  }
  CATCH_CHECK(starts.size() == 6);
}

CATCH_TEST_CASE("a later student begins where the last one ended, in the same units", "[dagger]") {
  const TemporaryFolder folder;
  // Steps so small that weights stay what they were.
  const fm::Experiment e = in_rounds(folder, {"train.learning_rate=1e-12", "train.weight_decay=0", "train.ema=0"});
  const auto run = fm::RunDirectory::create(e, fm::LastStage::train);
  fm::collect_in_rounds(run, fm::collect(e));
  std::vector<std::shared_ptr<fm::PolicyModel>> students;
  for (const char* number : {"1", "2"}) {
    students.push_back(fm::load_policy(run.path() / "rounds" / number / "checkpoints" / "last.safetensors", at::kCPU));
  }
  CATCH_CHECK(students[0]->description().observations == students[1]->description().observations);
  CATCH_CHECK(students[0]->description().actions == students[1]->description().actions);
  for (std::size_t i = 0; i < students[0]->parameters().size(); ++i) {
    const double moved = (students[0]->parameters()[i] - students[1]->parameters()[i]).abs().max().item<double>();
    CATCH_CHECK(moved < 1e-6);
  }
}

CATCH_TEST_CASE("rounds that are done are not done again", "[dagger]") {
  const TemporaryFolder folder;
  const fm::Experiment e = in_rounds(folder);
  const auto run = fm::RunDirectory::create(e, fm::LastStage::train);
  const fs::path expert_data = fm::collect(e);
  const auto files = fm::collect_in_rounds(run, expert_data);
  std::vector<fs::file_time_type> times;
  std::vector<fs::path> made;
  for (const auto& entry : fs::recursive_directory_iterator(run.path() / "rounds")) {
    if (entry.is_regular_file()) made.push_back(entry.path()), times.push_back(entry.last_write_time());
  }
  CATCH_CHECK(made.size() >= 4);
  CATCH_CHECK(fm::collect_in_rounds(run, expert_data) == files);
  for (std::size_t i = 0; i < made.size(); ++i) CATCH_CHECK(fs::last_write_time(made[i]) == times[i]);

  // A round that was lost is made anew as it was, and the one before it is not touched.
  const fm::Dataset before = fm::read_dataset(files[2]);
  fs::remove_all(run.path() / "rounds" / "2");
  fm::collect_in_rounds(run, expert_data);
  const fm::Dataset again = fm::read_dataset(files[2]);
  for (std::size_t i = 0; i < 2; ++i) CATCH_CHECK(again.episodes[i]->states == before.episodes[i]->states);
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (contains(made[i].string(), "/rounds/1/")) CATCH_CHECK(fs::last_write_time(made[i]) == times[i]);
  }
}

CATCH_TEST_CASE("a run trains on the expert's episodes and the students', numbered through", "[dagger]") {
  const TemporaryFolder folder;
  const auto run = fm::RunDirectory::create(in_rounds(folder), fm::LastStage::train);
  fm::prepare_data(run);
  CATCH_CHECK(indices_of(fm::read_dataset(run.data())) == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5});
}
