#include "libfm/train/training_data.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/ops/from_blob.h>

namespace {

/// Drawn rows of episodes of these lengths, whose goal changes once on the way.
fm::Rows drawn_rows(const std::vector<std::int64_t>& lengths) {
  fm::Rows rows;
  for (const std::int64_t length : lengths) {
    const std::int64_t begin = std::ssize(rows.begin), half = begin + (length + 1) / 2, end = begin + length;
    for (std::int64_t i = begin; i < end; ++i) {
      rows.begin.push_back(begin);
      rows.end.push_back(i < half ? half : end);
    }
  }
  const auto count = static_cast<Eigen::Index>(rows.begin.size());
  fm::Draws draws = fm::RandomStream(7, "rows").at(0);
  const auto draw = [&] { return static_cast<float>(draws.uniform(-1, 1)); };
  rows.observations = fm::Matrix::NullaryExpr(count, 3, draw);
  rows.goals = fm::Matrix(count, 0);
  rows.actions = fm::Matrix::NullaryExpr(count, 1, draw);
  return rows;
}

float most_apart(const at::Tensor& tensor, const fm::Matrix& matrix) {
  const at::Tensor values = tensor.reshape({tensor.size(0), -1});
  CATCH_REQUIRE(values.size(0) == matrix.rows());
  CATCH_REQUIRE(values.size(1) == matrix.cols());
  const at::Tensor wanted =
      at::from_blob(const_cast<double*>(matrix.data()), {matrix.rows(), matrix.cols()}, at::kDouble);
  return (values - wanted).abs().max().item<float>();
}

}  // namespace

CATCH_TEST_CASE("windows of rows are those of training's batches", "[training_data]") {
  const fm::Rows rows = drawn_rows({5, 3, 6, 2});
  for (const fm::HorizonOptions horizon : {fm::HorizonOptions{1, 1}, {2, 3}, {4, 1}, {1, 6}, {10, 10}}) {
    fm::PolicyDescription d = fm::test::small_description();
    d.policy.horizon = horizon;
    d.observations = {{0, 0, 0}, {1, 1, 1}};
    d.actions = {{0}, {1}};
    const fm::TrainingData data(rows, *fm::make_policy_model(d, {0, "init"}));
    for (const auto& [begin, end] : {std::pair{0, 16}, {3, 9}, {15, 16}}) {
      const fm::Batch batch = data.range(begin, end);
      CATCH_CHECK(most_apart(batch.condition.observations,
                             fm::observation_windows(rows, begin, end, horizon.observations)) == 0.0F);
      CATCH_CHECK(most_apart(batch.actions, fm::action_windows(rows, begin, end, horizon.prediction)) == 0.0F);
    }
  }
}

CATCH_TEST_CASE("a window that reaches beyond its episode repeats the episode's own rows", "[training_data]") {
  const fm::Rows rows = drawn_rows({4, 2});  // goals change behind rows 1 and 4
  const fm::Matrix seen = fm::observation_windows(rows, 0, 6, 3), done = fm::action_windows(rows, 0, 6, 3);
  const int of_seen[6][3] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 2}, {1, 2, 3}, {4, 4, 4}, {4, 4, 5}};
  const int of_done[6][3] = {{0, 1, 1}, {1, 1, 1}, {2, 3, 3}, {3, 3, 3}, {4, 4, 4}, {5, 5, 5}};
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 3; ++j) {
      CATCH_CHECK(seen.block(i, 3 * j, 1, 3) == rows.observations.row(of_seen[i][j]));
      CATCH_CHECK(done(i, j) == rows.actions(of_done[i][j], 0));
    }
  }
}
