#include "libfm/train/training_data.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/data/sample_dataset.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/ops/tensor.h>

namespace {

/// Episodes of the given lengths; row k of all has observation (k, 0, 0) and action k / 100.
fm::Dataset of_lengths(const std::vector<int>& lengths) {
  fm::Dataset dataset;
  int k = 0;
  for (const int length : lengths) {
    fm::Episode e;
    e.observations = fm::Matrix::Zero(length + 1, 3);
    e.goals = fm::Matrix(length + 1, 0);
    e.actions = fm::Matrix(length, 1);
    for (int i = 0; i < length; ++i, ++k) {
      e.observations(i, 0) = static_cast<float>(k);
      e.actions(i, 0) = static_cast<float>(k) / 100;
    }
    dataset.episodes.push_back(e);
  }
  return dataset;
}

fm::Rows all_rows(const fm::Dataset& dataset) { return *fm::split_rows(dataset, 0.0, 1, {0, "split"}).train[0]; }

/// The two sides, each in a single part.
struct Sides {
  fm::Rows train, validation;
};

Sides sides_of(const fm::Dataset& dataset, double share, int horizon, std::uint64_t seed = 0) {
  const fm::Split split = fm::split_rows(dataset, share, horizon, {seed, "split"});
  CATCH_REQUIRE((split.train.parts().size() == 1 && split.validation.parts().size() == 1));
  return {*split.train[0], *split.validation[0]};
}

std::shared_ptr<fm::PolicyModel> with_horizon(int observations, int prediction) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon = {observations, prediction};
  d.observations = {{0, 0, 0}, {1, 1, 1}};
  d.actions = {{0}, {1}};
  return fm::make_policy_model(d, {0, "init"});
}

std::vector<int> numbers(const at::Tensor& x) {
  std::vector<int> result;
  for (std::int64_t i = 0; i < x.size(0); ++i) result.push_back(static_cast<int>(std::lround(x[i].item<double>())));
  return result;
}

}  // namespace

CATCH_TEST_CASE("windows are padded at an episode's ends and never reach across them", "[training_data]") {
  const auto dataset = of_lengths({5, 3});
  const fm::TrainingData data(all_rows(dataset), *with_horizon(3, 4));
  CATCH_REQUIRE(data.size() == 8);
  const fm::Batch batch = data.batch(at::tensor({0, 3, 5, 6, 7}, at::kLong));
  CATCH_REQUIRE(batch.actions.sizes() == at::IntArrayRef({5, 4, 1}));
  CATCH_REQUIRE(batch.condition.observations.sizes() == at::IntArrayRef({5, 3, 3}));
  const std::vector<std::vector<int>> seen = {{0, 0, 0}, {1, 2, 3}, {5, 5, 5}, {5, 5, 6}, {5, 6, 7}};
  const std::vector<std::vector<int>> done = {{0, 1, 2, 3}, {3, 4, 4, 4}, {5, 6, 7, 7}, {6, 7, 7, 7}, {7, 7, 7, 7}};
  for (std::int64_t i = 0; i < 5; ++i) {
    CATCH_CHECK(numbers(batch.condition.observations[i].select(1, 0)) == seen[static_cast<std::size_t>(i)]);
    CATCH_CHECK(numbers(100 * batch.actions[i].select(1, 0)) == done[static_cast<std::size_t>(i)]);
  }
}

CATCH_TEST_CASE("windows do not contain actions for another goal", "[training_data]") {
  auto dataset = of_lengths({6});
  change_episode(dataset, 0, [](fm::Episode& e) {
    e.goals = fm::Matrix(7, 1);
    e.goals << 1, 1, 1, 2, 2, 1, 1;
  });
  const fm::Rows rows = all_rows(dataset);
  CATCH_CHECK(rows.end == std::vector<std::int64_t>{3, 3, 3, 5, 5, 6});
  CATCH_CHECK(rows.begin == std::vector<std::int64_t>(6, 0));
}

CATCH_TEST_CASE("an episode shorter than the prediction is padded as the end of any other", "[training_data]") {
  const auto dataset = of_lengths({1, 3});
  const fm::TrainingData data(all_rows(dataset), *with_horizon(1, 3));
  const fm::Batch batch = data.range(0, 4);
  const std::vector<std::vector<int>> done = {{0, 0, 0}, {1, 2, 3}, {2, 3, 3}, {3, 3, 3}};
  for (std::int64_t i = 0; i < 4; ++i) {
    CATCH_CHECK(numbers(100 * batch.actions[i].select(1, 0)) == done[static_cast<std::size_t>(i)]);
  }
}

CATCH_TEST_CASE("individually labelled states are rows of their own", "[training_data]") {
  fm::Dataset dataset = of_lengths({5});
  dataset.uniform_states.observations = fm::Matrix::Zero(2, 3);
  dataset.uniform_states.goals = fm::Matrix(2, 0);
  dataset.uniform_states.actions = fm::Matrix::Zero(2, 1);
  const fm::Rows rows = all_rows(dataset);
  CATCH_CHECK(fm::TrainingData(rows, *with_horizon(1, 1)).size() == 7);
}

CATCH_TEST_CASE("copies of an episode are on the same side of the split", "[training_data]") {
  fm::Dataset dataset = of_lengths({4, 4, 4, 4, 4});
  dataset.episodes.append(fm::Episodes(dataset.episodes));
  CATCH_CHECK(fm::originals_of(dataset.episodes) == std::vector<std::size_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sides split = sides_of(dataset, 0.4, 1, seed);
    CATCH_CHECK(split.validation.size() == 16);
    for (Eigen::Index i = 0; i < split.validation.size(); ++i) {
      for (Eigen::Index k = 0; k < split.train.size(); ++k) {
        CATCH_REQUIRE(split.validation.observations(i, 0) != split.train.observations(k, 0));
      }
    }
  }
}

CATCH_TEST_CASE("a small variation around a large offset reaches the network", "[training_data]") {
  fm::Dataset dataset = of_lengths({5});
  change_episode(dataset, 0, [](fm::Episode& e) {
    e.observations.col(0) = e.observations.col(0) * 1e-3 + fm::Matrix::Constant(6, 1, 5.4e6);
  });
  fm::PolicyDescription d = fm::test::small_description();
  const fm::Rows rows = all_rows(dataset);
  d.observations = fm::fit_normalisation("min_max", rows.observations);
  const auto model = fm::make_policy_model(d, {0, "init"});
  const at::Tensor seen = fm::TrainingData(rows, *model).range(0, 5).condition.observations.select(2, 0).flatten();
  for (int i = 0; i < 5; ++i) CATCH_CHECK(std::abs(seen[i].item<double>() - (-1.0 + 0.5 * i)) < 1e-6);
}

CATCH_TEST_CASE("a number beyond float32's range is named, with its own digits", "[training_data]") {
  fm::Dataset dataset = of_lengths({5});
  change_episode(dataset, 0, [](fm::Episode& e) { e.actions(3, 0) = 1e39; });
  try {
    fm::TrainingData(all_rows(dataset), *with_horizon(1, 1));
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::InputError& e) {
    CATCH_CHECK(std::string(e.what()).find("action 0 of row 3 is 1e+39, beyond float32's range") != std::string::npos);
  }
}

CATCH_TEST_CASE("whole episodes are held out", "[training_data]") {
  const auto dataset = of_lengths({4, 4, 4, 4, 4, 4, 4, 4, 4, 4});
  const Sides split = sides_of(dataset, 0.2, 1);
  CATCH_CHECK(split.train.size() == 32);
  CATCH_REQUIRE(split.validation.size() == 8);
  for (Eigen::Index i = 0; i < 8; ++i) {
    const auto k = static_cast<std::size_t>(i);
    CATCH_CHECK(split.validation.begin[k] == i / 4 * 4);
    CATCH_CHECK(split.validation.end[k] == i / 4 * 4 + 4);
    CATCH_CHECK(static_cast<int>(split.validation.observations(i, 0)) % 4 == i % 4);
  }
}

CATCH_TEST_CASE("of few episodes the last steps are held out", "[training_data]") {
  const Sides split = sides_of(of_lengths({40, 20, 1}), 0.05, 1);
  CATCH_CHECK(numbers(at::tensor(std::vector<double>(split.validation.observations.col(0).begin(),
                                                     split.validation.observations.col(0).end()))) ==
              std::vector<int>{38, 39, 59});
  CATCH_CHECK(split.validation.begin == std::vector<std::int64_t>{0, 0, 2});
  CATCH_CHECK(split.validation.end == std::vector<std::int64_t>{2, 2, 3});
  CATCH_REQUIRE(split.train.size() == 38 + 19 + 1);
  CATCH_CHECK((split.train.begin[37] == 0 && split.train.end[37] == 38));  // the cut ends the episode
  CATCH_CHECK((split.train.begin[38] == 38 && split.train.end[38] == 57));
  CATCH_CHECK(fm::split_rows(of_lengths({40}), 0.05, 1, {0, "split"}).validation.size() == 2);
  CATCH_CHECK(fm::split_rows(of_lengths({40}), 0.05, 8, {0, "split"}).validation.size() == 8);  // whole predictions
  CATCH_CHECK(fm::split_rows(of_lengths({10}), 0.05, 8, {0, "split"}).validation.size() == 5);  // of at most a half
  CATCH_CHECK(fm::split_rows(of_lengths(std::vector<int>(10, 4)), 0.05, 1, {0, "split"}).validation.size() == 4);
}

CATCH_TEST_CASE("the held-out share may be 0", "[training_data]") {
  const Sides split = sides_of(of_lengths({5, 3}), 0.0, 1);
  CATCH_CHECK(split.train.size() == 8);
  CATCH_CHECK(split.validation.size() == 0);
  CATCH_CHECK(fm::TrainingData(split.validation, *with_horizon(1, 1)).size() == 0);
}

CATCH_TEST_CASE("rows have the weights of their episodes", "[training_data]") {
  fm::Dataset dataset = of_lengths({2, 1, 2});
  CATCH_CHECK(all_rows(dataset).weights.empty());
  dataset.weights = {1.0, 3.0, 0.5};
  dataset.uniform_states = {fm::Matrix::Zero(1, 3), fm::Matrix(1, 0), fm::Matrix::Zero(1, 1), {4.0}};
  const fm::Rows rows = all_rows(dataset);
  CATCH_CHECK(rows.weights == std::vector<double>{1.0, 1.0, 3.0, 0.5, 0.5, 4.0});
}

CATCH_TEST_CASE("a recording's own split decides, and the share is drawn from the rest", "[training_data]") {
  fm::Dataset dataset = of_lengths({2, 2, 2, 2, 2, 2});
  dataset.sides = {fm::Side::held_out,  fm::Side::training, fm::Side::undecided,
                   fm::Side::undecided, fm::Side::held_out, fm::Side::training};
  const auto held_out = [&](double share) {
    const Sides split = sides_of(dataset, share, 1);
    CATCH_CHECK(split.train.size() + split.validation.size() == 12);
    std::vector<double> episodes;  // by their first row
    for (Eigen::Index i = 0; i < split.validation.size(); i += 2)
      episodes.push_back(split.validation.observations(i, 0) / 2);
    return episodes;
  };
  CATCH_CHECK(held_out(0.0) == std::vector<double>{0, 4});
  const std::vector<double> half = held_out(0.5);
  CATCH_REQUIRE(half.size() == 3);
  CATCH_CHECK((half[1] == 2 || half[1] == 3));
  dataset.sides.assign(6, fm::Side::training);
  CATCH_CHECK(held_out(0.5).empty());
}

CATCH_TEST_CASE("more rows than fit are dealt to parts at random, each episode once", "[training_data]") {
  const fm::Dataset dataset = of_lengths(std::vector<int>(100, 4));
  const fm::Split split = fm::split_rows(dataset, 0.1, 1, {0, "split"}, 100);
  CATCH_REQUIRE(split.validation.parts().size() == 2);  // of 40 rows
  CATCH_REQUIRE(split.train.parts().size() == 4);       // of 360 rows
  CATCH_CHECK(split.train.size() == 360);
  std::vector<int> found(400);
  bool in_order = true;
  for (std::size_t part = 0; part < 4; ++part) {
    const auto rows = split.train[part];
    CATCH_CHECK(rows->size() == split.train.parts()[part].rows);
    CATCH_CHECK(std::abs(rows->size() - 90) < 4);
    for (Eigen::Index i = 0; i < rows->size(); ++i) {
      ++found[static_cast<std::size_t>(rows->observations(i, 0))];
      CATCH_CHECK(rows->begin[static_cast<std::size_t>(i)] == i / 4 * 4);
      in_order = in_order && (i == 0 || rows->observations(i, 0) > rows->observations(i - 1, 0));
    }
    CATCH_CHECK(split.train[part]->observations == rows->observations);
  }
  CATCH_CHECK(!in_order);
  for (std::size_t part = 0; part < 2; ++part) {
    const auto rows = split.validation[part];
    for (Eigen::Index i = 0; i < rows->size(); ++i) ++found[static_cast<std::size_t>(rows->observations(i, 0))];
  }
  CATCH_CHECK(found == std::vector<int>(400, 1));
}

CATCH_TEST_CASE("an episode is in one part, also if it is larger than that", "[training_data]") {
  const fm::Split split = fm::split_rows(of_lengths({40, 3, 3}), 0.0, 1, {0, "split"}, 10);
  CATCH_CHECK(split.train.size() == 46);
  std::int64_t rows = 0, longest = 0;
  for (std::size_t part = 0; part < split.train.parts().size(); ++part) {
    CATCH_REQUIRE(split.train.parts()[part].rows > 0);
    const auto of_part = split.train[part];
    rows += of_part->size();
    for (std::size_t i = 0; i < of_part->end.size(); ++i) {
      longest = std::max(longest, of_part->end[i] - of_part->begin[i]);
    }
  }
  CATCH_CHECK(rows == 46);
  CATCH_CHECK(longest == 40);
}
