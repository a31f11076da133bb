#include "libfm/experiment/user_data.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/task/environments.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

namespace {

/// Without a word of where it is from.
fm::Dataset anonymous(int episodes) {
  fm::Dataset dataset = sample_dataset(episodes);
  dataset.info = {};
  return dataset;
}

fm::LabelledStates labelled(Eigen::Index rows, float first) {
  return {numbered(rows, 3, first), fm::Matrix(rows, 0), numbered(rows, 1, first + 10)};
}

}  // namespace

CATCH_TEST_CASE("files are joined with their episodes numbered through, and all labelled states", "[user_data]") {
  const TemporaryFolder folder;
  fm::Dataset a = anonymous(3), b = anonymous(2), c = anonymous(0);
  a.uniform_states = labelled(4, 1);
  c.uniform_states = labelled(2, 500);
  change_episode(b, 0, [](fm::Episode& e) { e.observations.array() += 0.25F; });
  const std::vector<std::string> files = {folder / "a.h5", folder / "b.h5", folder / "c.h5"};
  fm::write_dataset(files[0], a);
  fm::write_dataset(files[1], b);
  fm::write_dataset(files[2], c);
  const auto [joined, places] = fm::join_files(files, false);
  CATCH_REQUIRE(joined.episodes.size() == 5);
  CATCH_CHECK(places[0] == files[0] + ": episode 0");
  CATCH_CHECK(places[4] == files[1] + ": episode 1");
  for (std::size_t i = 0; i < 5; ++i) {
    fm::Episode wanted = *(i < 3 ? a.episodes[i] : b.episodes[i - 3]);
    wanted.index = i;
    CATCH_CHECK(same(*joined.episodes[i], wanted));
  }
  fm::Matrix observations(6, 3), actions(6, 1);
  observations << a.uniform_states.observations, c.uniform_states.observations;
  actions << a.uniform_states.actions, c.uniform_states.actions;
  CATCH_CHECK(joined.uniform_states.observations == observations);
  CATCH_CHECK(joined.uniform_states.actions == actions);
  CATCH_CHECK(joined.uniform_states.goals.rows() == 6);
  CATCH_CHECK(same(fm::join_files(std::span(files).first(1), false).dataset, fm::read_dataset(files[0])));
}

CATCH_TEST_CASE("states that not all files have are left out, so that the whole can be written and read",
                "[user_data]") {
  const TemporaryFolder folder;
  fm::Dataset without = anonymous(2);
  change_episodes(without, [](fm::Episode& e) { e.states.resize(e.observations.rows(), 0); });
  const std::string with = folder / "with.h5", none = folder / "none.h5";
  fm::write_dataset(with, anonymous(3));
  fm::write_dataset(none, without);
  for (const auto& files : {std::vector{with, none}, std::vector{none, with}, std::vector{with, none, with}}) {
    const fm::Dataset joined = fm::join_files(files, false).dataset;
    for (const fm::Episode& e : joined.episodes) CATCH_CHECK(e.states.cols() == 0);
    fm::write_dataset(folder / "whole.h5", joined);
    CATCH_CHECK(same(fm::read_dataset(folder / "whole.h5"), joined));
  }
  CATCH_CHECK(fm::join_files(std::vector{with, with}, false).dataset.episodes.front()->states.cols() == 2);
}

CATCH_TEST_CASE("files of different sizes are not joined, and both are named", "[user_data]") {
  const TemporaryFolder folder;
  const std::string first = folder / "first.h5", other = folder / "other.h5", nothing = folder / "nothing.h5";
  fm::write_dataset(first, anonymous(2));
  fm::write_dataset(nothing, anonymous(0));
  const auto check = [&](const std::string& words) {
    const std::string refusal = error_of<fm::InputError>([&] { fm::join_files(std::vector{first, other}, false); });
    CATCH_CHECK(contains(refusal, other));
    CATCH_CHECK(contains(refusal, first));
    CATCH_CHECK(contains(refusal, words));
    CATCH_CHECK(contains(refusal, "3 observations, 1 actions and 0 goals"));
  };
  fm::Dataset dataset = anonymous(1);
  change_episode(dataset, 0, [](fm::Episode& e) { e.observations = numbered(5, 2, 0); });
  fm::write_dataset(other, dataset);
  check("2 observations, 1 actions and 0 goals");
  dataset = anonymous(1);
  change_episode(dataset, 0, [](fm::Episode& e) { e.actions = numbered(4, 2, 0); });
  fm::write_dataset(other, dataset);
  check("3 observations, 2 actions and 0 goals");
  dataset = anonymous(1);
  change_episode(dataset, 0, [](fm::Episode& e) { e.goals = numbered(5, 1, 0); });
  fm::write_dataset(other, dataset);
  check("3 observations, 1 actions and 1 goals");
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::join_files(std::vector{first, nothing}, false); }), nothing));
}

CATCH_TEST_CASE("data that does not fit the environment is refused by its file and its sizes", "[user_data]") {
  const fm::Dataset dataset = anonymous(2);
  fm::check_data_fits(dataset, fm::make_env({}).spec, "mine.h5");
  for (const char* env : {"pendulum_target", "toy_2d"}) {
    const fm::EnvSpec spec = fm::make_env({.name = env}).spec;
    const std::string refusal = error_of<fm::InputError>([&] { fm::check_data_fits(dataset, spec, "mine.h5"); });
    CATCH_CHECK(contains(refusal, "mine.h5"));
    CATCH_CHECK(contains(refusal, env));
    CATCH_CHECK(contains(refusal, "3 observations, 1 actions and 0 goals"));
    CATCH_CHECK(contains(refusal, "env.name: none"));
  }
}

CATCH_TEST_CASE("data that does not say what it is of ranges as far as its numbers", "[user_data]") {
  fm::Dataset dataset = anonymous(2);
  dataset.uniform_states = labelled(3, -40);
  const fm::EnvSpec spec = fm::spec_of_data(dataset, "mine.h5");
  CATCH_REQUIRE(spec.observations.size() == 3);
  CATCH_REQUIRE(spec.actions.size() == 1);
  CATCH_CHECK(spec.goals.empty());
  CATCH_CHECK(spec.observations[2].name == "observation_2");
  CATCH_CHECK(spec.actions[0].name == "action_0");
  const auto reaches = [](const fm::Dimension& d, const auto& column) {
    return d.low <= column.minCoeff() && column.maxCoeff() <= d.high;
  };
  // Episode 0 numbers its observations in eighths from 0, episode 1, of 5 steps, from 1000 to 1000 + 17 / 8.
  for (int j = 0; j < 3; ++j) {
    CATCH_CHECK(spec.observations[j].low == -40.0 + j / 8.0);
    CATCH_CHECK(spec.observations[j].high == 1000.0 + (15 + j) / 8.0);
    for (const fm::Episode& e : dataset.episodes) CATCH_CHECK(reaches(spec.observations[j], e.observations.col(j)));
  }
  CATCH_CHECK(spec.actions[0].low == -30.0);
  CATCH_CHECK(spec.actions[0].high == 1100.0 + 4 / 8.0);
}

CATCH_TEST_CASE("data that says what it is of is believed", "[user_data]") {
  fm::Dataset dataset = anonymous(1);
  const fm::EnvSpec spec = fm::make_env({}).spec;
  dataset.info.env_spec = fm::spec_to_json(spec);
  CATCH_CHECK(fm::spec_of_data(dataset, "mine.h5") == spec);
  dataset.info.env_spec = std::string("{");
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::spec_of_data(dataset, "mine.h5"); }), "mine.h5"));
}

CATCH_TEST_CASE("the weights of files are those of their episodes and states, and are kept in the file",
                "[user_data]") {
  const TemporaryFolder folder;
  fm::Dataset a = anonymous(2), b = anonymous(1);
  b.uniform_states = labelled(2, 1);
  const std::vector<std::string> files = {folder / "a.h5", folder / "b.h5"};
  fm::write_dataset(files[0], a);
  fm::write_dataset(files[1], b);
  CATCH_CHECK(fm::join_files(files, false).dataset.weights.empty());
  const fm::Dataset joined = fm::join_files(files, false, {}, std::vector{1.0, 2.5}).dataset;
  CATCH_CHECK(joined.weights == std::vector<double>{1.0, 1.0, 2.5});
  CATCH_CHECK(joined.uniform_states.weights == std::vector<double>{2.5, 2.5});
  fm::write_dataset(folder / "both.h5", joined);
  const fm::Dataset read = fm::read_dataset(folder / "both.h5");
  CATCH_CHECK(read.weights == joined.weights);
  CATCH_CHECK(read.uniform_states.weights == joined.uniform_states.weights);
  const std::string both = folder / "both.h5";
  const std::string refusal =
      error_of<fm::InputError>([&] { fm::join_files(std::vector{both}, false, {}, std::vector{1e18}); });
  CATCH_CHECK(contains(refusal, "data.weights: 1e+18 times the weight 2.5 in "));
}
