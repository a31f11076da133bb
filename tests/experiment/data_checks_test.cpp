#include "libfm/experiment/data_checks.hpp"

#include "libfm/experiment/user_data.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"
#include "tests/experiment/tiny_experiment.hpp"

namespace {

/// Episodes of smooth numbers in [-1, 1], all different.
fm::Dataset smooth(int episodes, int steps = 50) {
  fm::Dataset dataset;
  for (int k = 0; k < episodes; ++k) {
    fm::Episode e = sample_episode(static_cast<std::uint64_t>(k), steps);
    e.observations = fm::Matrix::NullaryExpr(steps + 1, 3, [=](Eigen::Index i, Eigen::Index j) {
      return std::sin(0.3 * static_cast<double>(i) + 1.7 * static_cast<double>(j) + 0.9 * k);
    });
    e.actions = fm::Matrix::NullaryExpr(
        steps, 1, [=](Eigen::Index i, Eigen::Index) { return std::cos(0.2 * static_cast<double>(i) + k); });
    dataset.episodes.push_back(e);
  }
  return dataset;
}

std::vector<std::string> mistakes(const fm::Dataset& dataset) {
  std::vector<std::string> places;
  for (const fm::Episode& e : dataset.episodes) places.push_back(fmt::format("mine.h5: episode {}", e.index));
  return fm::look_for_mistakes(dataset, places);
}

}  // namespace

CATCH_TEST_CASE("nothing is said of data without mistakes", "[data_checks]") {
  CATCH_CHECK(mistakes(smooth(20)).empty());
  CATCH_CHECK(mistakes({}).empty());
}

CATCH_TEST_CASE("a value far outside of all others is named by its place", "[data_checks]") {
  fm::Dataset dataset = smooth(20);
  change_episode(dataset, 7, [](fm::Episode& e) { e.actions(20, 0) = 1000.0; });
  const std::vector<std::string> found = mistakes(dataset);
  CATCH_REQUIRE(found.size() == 1);
  CATCH_CHECK(contains(found[0], "mine.h5: episode 7, step 20: action 0 is 1000, far"));
  change_episode(dataset, 7, [](fm::Episode& e) { e.actions(20, 0) = 3.0; });  // far, but not that far
  CATCH_CHECK(mistakes(dataset).empty());
}

CATCH_TEST_CASE("copies are counted", "[data_checks]") {
  fm::Dataset dataset = smooth(5);
  fm::Episode copy = *dataset.episodes[2];
  copy.index = 5;
  dataset.episodes.push_back(copy);
  const std::vector<std::string> found = mistakes(dataset);
  CATCH_REQUIRE(found.size() == 1);
  CATCH_CHECK(contains(found[0], "1 of 6 episodes are copies"));
  CATCH_CHECK(contains(found[0], "mine.h5: episode 5 equals mine.h5: episode 2"));
}

CATCH_TEST_CASE("a variation that the file's numbers cannot hold is named", "[data_checks]") {
  fm::Dataset dataset = smooth(10);
  change_episodes(dataset, [&](fm::Episode& e) {
    e.observations.col(1) = (0.5 * e.observations.col(1).array() + 5.4e6).cast<float>().cast<double>();
  });
  const std::vector<std::string> found = mistakes(dataset);
  CATCH_REQUIRE(found.size() == 1);
  CATCH_CHECK(contains(found[0], "observation 1 varies by"));
  change_episodes(dataset,
                  [&](fm::Episode& e) { e.observations.col(1) = e.observations.col(0).array() * 0.02 + 5.4e6; });
  CATCH_CHECK(mistakes(dataset).empty());  // float64 holds it
}

CATCH_TEST_CASE("short episodes are padded or left out, as asked", "[data_checks]") {
  const TemporaryFolder folder;
  const auto after = [&](const char* setting, fm::Dataset dataset) {
    const fm::Experiment e = fm::test::tiny_experiment(
        folder / "runs", {"policy.horizon.prediction=4", std::string("data.short_episodes=") + setting});
    fm::leave_out_short_episodes(e, dataset, false);
    return dataset.episodes.size();
  };
  fm::Dataset dataset = smooth(3);
  dataset.episodes.push_back(sample_episode(3, 2));
  CATCH_CHECK(after("pad", dataset) == 4);
  CATCH_CHECK(after("leave_out", dataset) == 3);
  fm::Dataset all_short;
  all_short.episodes.push_back(sample_episode(0, 1));
  CATCH_CHECK(after("pad", all_short) == 1);
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { after("leave_out", all_short); }), "data.short_episodes"));
  dataset.uniform_states = {fm::Matrix::Zero(2, 3), fm::Matrix(2, 0), fm::Matrix::Zero(2, 1)};
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { after("pad", dataset); }), "labelled states"));
}
