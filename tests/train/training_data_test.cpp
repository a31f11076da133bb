#include "libfm/train/training_data.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/data/sample_dataset.hpp"
#include "tests/policy/small_model.hpp"
#include "tests/train/numbered_rows.hpp"

#include <ATen/ops/tensor.h>

namespace {

std::shared_ptr<fm::PolicyModel> with_horizon(int observations, int prediction) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon = {observations, prediction};
  d.observations = {{0, 0, 0}, {1, 1, 1}};
  d.actions = {{0}, {1}};
  return fm::make_policy_model(d, {0, "init"});
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

CATCH_TEST_CASE("the held-out share may be 0", "[training_data]") {
  const Sides split = sides_of(of_lengths({5, 3}), 0.0, 1);
  CATCH_CHECK(split.train.size() == 8);
  CATCH_CHECK(split.validation.size() == 0);
  CATCH_CHECK(fm::TrainingData(split.validation, *with_horizon(1, 1)).size() == 0);
}
