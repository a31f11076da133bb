// Training on actions that are relative to an observation.

#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/train/trainer.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>

#include <cmath>
#include <limits>

using Catch::Matchers::WithinAbs;

namespace {

/// Three episodes of 5 rows far from 0, whose actions are near the first observation.
fm::Rows distant_rows() {
  constexpr Eigen::Index count = 15;
  fm::Rows rows{fm::Matrix(count, 3), fm::Matrix(count, 0), fm::Matrix(count, 1)};
  fm::Draws draws = fm::RandomStream(7, "rows").at(0);
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index j = 0; j < 3; ++j) rows.observations(i, j) = draws.uniform(-1, 1) + (j == 0 ? 1e7 : 0.0);
    rows.actions(i, 0) = rows.observations(i, 0) + draws.uniform(-0.1, 0.3);
    rows.begin.push_back(i / 5 * 5);
    rows.end.push_back(i / 5 * 5 + 5);
  }
  return rows;
}

fm::PolicyDescription relative_to_first(fm::HorizonOptions horizon) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon = horizon;
  d.policy.relative = {{{"torque", "cos_theta"}}};
  d.spec.actions[0].low = -std::numeric_limits<double>::infinity();
  d.spec.actions[0].high = std::numeric_limits<double>::infinity();
  d.observations = {{1e7, 0, 0}, {1, 1, 1}};
  return d;
}

/// By its definition, without windows: the action k steps on minus the observation now.
double relative_by_hand(const fm::Rows& rows, Eigen::Index i, Eigen::Index k) {
  const Eigen::Index row = std::min<Eigen::Index>(i + k, rows.end[static_cast<std::size_t>(i)] - 1);
  return rows.actions(row, 0) - rows.observations(i, 0);
}

}  // namespace

CATCH_TEST_CASE("a batch has the actions relative to its window's last observation, normalised", "[relative]") {
  const fm::Rows rows = distant_rows();
  for (const fm::HorizonOptions horizon : {fm::HorizonOptions{1, 1}, {3, 1}, {1, 4}, {2, 8}}) {
    for (const bool clip : {false, true}) {
      fm::PolicyDescription d = relative_to_first(horizon);
      d.actions = fm::fit_normalisation("quantile", fm::predicted_actions(rows, d), {0.1, 0.9, clip});
      const auto model = fm::make_policy_model(d, {0, "init"});
      const at::Tensor actions = fm::TrainingData(rows, *model).range(2, 15).actions;
      CATCH_REQUIRE(actions.sizes() == at::IntArrayRef({13, horizon.prediction, 1}));
      CATCH_CHECK(actions.scalar_type() == at::kFloat);
      for (Eigen::Index i = 0; i < 13; ++i) {
        for (Eigen::Index k = 0; k < horizon.prediction; ++k) {
          const double wanted = d.actions.normalise(0, relative_by_hand(rows, i + 2, k));
          CATCH_CHECK_THAT(actions[i][k][0].item<double>(), WithinAbs(wanted, 1e-6 * (1 + std::abs(wanted))));
        }
      }
    }
  }
}

CATCH_TEST_CASE("the normaliser is fitted on the relative actions of all windows", "[relative]") {
  const fm::Rows rows = distant_rows();
  const fm::PolicyDescription d = relative_to_first({2, 3});
  const fm::Matrix predicted = fm::predicted_actions(rows, d);
  CATCH_REQUIRE(predicted.rows() == 45);
  for (Eigen::Index i = 0; i < 15; ++i) {
    for (Eigen::Index k = 0; k < 3; ++k) CATCH_CHECK(predicted(3 * i + k, 0) == relative_by_hand(rows, i, k));
  }
  fm::PolicyDescription absolute = d;
  absolute.policy.relative = {};
  CATCH_CHECK(fm::predicted_actions(rows, absolute) == rows.actions);
}

CATCH_TEST_CASE("actions come back from their relative, normalised form", "[relative]") {
  const fm::Rows rows = distant_rows();
  fm::PolicyDescription d = relative_to_first({1, 4});
  d.actions = fm::fit_normalisation("min_max", fm::predicted_actions(rows, d));
  const auto model = fm::make_policy_model(d, {0, "init"});
  model->to(at::kDouble);
  const at::Tensor batch = fm::TrainingData(rows, *model).range(0, 15).actions;
  const auto view = [](const fm::Matrix& m) {
    return at::from_blob(const_cast<double*>(m.data()), {m.rows(), m.cols()}, at::kDouble);
  };
  const at::Tensor references = model->references(view(rows.observations)).unsqueeze(1);
  const fm::Matrix windows = fm::action_windows(rows, 0, 15, 4);
  const at::Tensor back = model->executable(batch, references).squeeze(2);
  CATCH_CHECK((back - view(windows)).abs().max().item<double>() < 1e-8);  // 4 spacings of float64 at 1e7
}

CATCH_TEST_CASE("a policy that learns relative actions acts alike wherever it is", "[relative]") {
  const auto rows_near = [](double place, std::uint64_t seed) {
    constexpr Eigen::Index count = 200;
    fm::Rows rows{fm::Matrix::Zero(count, 3), fm::Matrix(count, 0), fm::Matrix(count, 1)};
    fm::Draws draws = fm::RandomStream(seed, "rows").at(0);
    for (Eigen::Index i = 0; i < count; ++i) {
      rows.observations(i, 0) = place + draws.uniform(-1, 1);
      rows.observations(i, 1) = draws.uniform(-1, 1);
      rows.actions(i, 0) = rows.observations(i, 0) + 0.5 * rows.observations(i, 1);
      rows.begin.push_back(i);
      rows.end.push_back(i + 1);
    }
    return rows;
  };
  const TemporaryFolder folder;
  fm::PolicyDescription d = relative_to_first({1, 1});
  d.policy.name = "mse";
  d.policy.hidden = {"cos_theta"};
  const fm::Rows rows = rows_near(0.0, 1);
  d.actions = fm::fit_normalisation("min_max", fm::predicted_actions(rows, d));
  fm::TrainOptions options;
  options.epochs = 80;
  options.batch_size = 50;
  options.learning_rate = 4e-3;
  options.best = "loss";
  fm::train(options,
            {.description = d, .train = rows, .validation = rows_near(0.0, 2), .seed = 3, .directory = folder.path()});
  const auto act = [&](double place, double other) {
    fm::ModelPolicy policy(fm::load_policy(folder.path() / "checkpoints/best.safetensors", at::kCPU), {0, "noise"});
    policy.reset(1, std::vector{0});
    const std::vector<std::uint64_t> episode = {0};
    const std::vector<std::uint32_t> step = {0};
    fm::PolicyOutput output;
    policy.act({fm::Matrix{{place, other, 0.0}}, fm::Matrix(1, 0), episode, step}, output);
    return output.actions(0, 0);
  };
  for (const double other : {-0.6, 0.1, 0.8}) {
    CATCH_CHECK_THAT(act(100.0, other), WithinAbs(100.0 + 0.5 * other, 0.05));
    CATCH_CHECK_THAT(act(100.0, other) - act(0.0, other), WithinAbs(100.0, 1e-10));
  }
}

CATCH_TEST_CASE("a relative action beyond float32's range is named", "[relative]") {
  fm::Rows rows = distant_rows();
  rows.observations(3, 0) = -1e39;
  fm::PolicyDescription d = relative_to_first({1, 2});
  d.observations = fm::fit_normalisation("min_max", rows.observations);
  d.actions = fm::identity_normalisation(1);
  const auto model = fm::make_policy_model(d, {0, "init"});
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::TrainingData(rows, *model); }),
                       "relative action 0 of row 3 is 1e+39"));
}
